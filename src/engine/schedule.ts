/**
 * The nodes that some outputs need, in an order that frees memory early.
 *
 * The output that depends on the fewest steps comes first, with all that it needs: in a training step
 * the update of the last layer follows its gradient at once, and not after all other gradients.
 *
 * `nodes` must be in an order in which they could run.
 */
export function schedule<
	Node extends {
		readonly inputs: readonly string[];
		readonly outputs: readonly string[];
	},
>(nodes: readonly Node[], outputs: readonly string[]): Node[] {
	const makerOf = new Map<string, number>();
	const depths: number[] = [];
	const parents = nodes.map((node, i) => {
		const makers = node.inputs.flatMap((name) => makerOf.get(name) ?? []);
		for (const name of node.outputs) makerOf.set(name, i);
		depths.push(
			1 + Math.max(0, ...makers.map((maker) => depths[maker] as number)),
		);
		return makers.sort((a, b) => a - b);
	});
	const leaves = outputs
		.map((name) => makerOf.get(name) as number)
		.sort((a, b) => (depths[a] as number) - (depths[b] as number));
	const ordered: Node[] = [];
	const visited = new Set<number>();
	for (const leaf of leaves) {
		const stack = [leaf];
		while (stack.length > 0) {
			const top = stack.at(-1) as number;
			const next = visited.has(top)
				? undefined
				: parents[top]?.find((parent) => !visited.has(parent));
			if (next !== undefined) {
				stack.push(next);
				continue;
			}
			stack.pop();
			if (visited.has(top)) continue;
			visited.add(top);
			ordered.push(nodes[top] as Node);
		}
	}
	return ordered;
}

/** Where the time of a compiled function goes, by kinds of operators, as ONNX Runtime's own profiler has it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface NativeSession {
	loadModel(...args: [ArrayBufferLike, number, number, object]): unknown;
	endProfiling(): void;
	dispose(): void;
}

interface Shape {
	readonly [dtype: string]: readonly number[];
}

/** What the profiler writes of one run of a node. */
interface Run {
	readonly cat: string;
	readonly name: string;
	/** Microseconds. */
	readonly dur: number;
	readonly args: {
		readonly op_name: string;
		readonly input_type_shape?: readonly Shape[];
	};
}

const sums = /^(Mean|Sum|Square|Rsqrt)$/;
const arithmetic = /^(Add|AddN|Multiply|Sub|RealDiv|Relu|Step)$/;

/** Whether one operand has a number for each channel of the other one, as only batch norm's have in a ResNet. */
function isPerChannel(shapes: readonly Shape[] = []): boolean {
	const sizes = shapes
		.flatMap((shape) => Object.values(shape))
		.map((lengths) => lengths.filter((length) => length !== 1));
	const [small, large] = sizes.sort((a, b) => a.length - b.length);
	return small?.length === 1 && (large?.length ?? 0) > 2;
}

/** The kind of a node, which is named after its kernel. */
export function kindOf({ name, args }: Pick<Run, "name" | "args">): string {
	const kernel = name.replace(/(:|_kernel_time).*/s, "");
	if (/^(Fused)?Conv2D$/.test(kernel)) return "convolutions";
	if (kernel === "Conv2DBackpropFilter") return "gradients of filters";
	if (kernel === "Conv2DBackpropInput") return "gradients of their inputs";
	if (/^(Max|Avg)Pool/.test(kernel)) return "pooling";
	if (sums.test(kernel)) return "batch norm";
	if (!arithmetic.test(kernel)) return "the rest";
	return isPerChannel(args.input_type_shape)
		? "batch norm"
		: "element by element";
}

/** The duration that a quarter of the runs of each node stays below, summed by kind, milliseconds. */
export function byKind(
	runs: readonly Run[],
	skipped: number,
): Record<string, number> {
	const nodes = new Map<string, { kind: string; durations: number[] }>();
	for (const run of runs) {
		if (run.cat !== "Node" || !run.name.endsWith("_kernel_time")) continue;
		const node = nodes.get(run.name) ?? { kind: kindOf(run), durations: [] };
		node.durations.push(run.dur / 1000);
		nodes.set(run.name, node);
	}
	const kinds: Record<string, number> = {};
	for (const { kind, durations } of nodes.values()) {
		const counted = durations.slice(skipped).sort((a, b) => a - b);
		const typical = counted[Math.floor(counted.length / 4)] ?? 0;
		kinds[kind] = (kinds[kind] ?? 0) + typical;
	}
	return kinds;
}

/**
 * Has every session that is built from now on profiled.
 *
 * Returns what ends that and gives the milliseconds of a run by kind, of the session that took longest; the first
 * runs, `skipped` many, do not count.
 */
export function profiled(skipped: number): () => Record<string, number> {
	const require = createRequire(import.meta.url);
	const { binding } = require("onnxruntime-node/dist/binding.js") as {
		binding: { InferenceSession: new () => NativeSession };
	};
	const folder = mkdtempSync(join(tmpdir(), "robust-transfer-profile-"));
	const sessions = new Set<NativeSession>();
	let count = 0;
	binding.InferenceSession = class extends binding.InferenceSession {
		override loadModel(
			...[model, offset, length, options]: Parameters<
				NativeSession["loadModel"]
			>
		): unknown {
			const profileFilePrefix = join(folder, `${count++}`);
			sessions.add(this);
			const profiling = { enableProfiling: true, profileFilePrefix };
			return super.loadModel(model, offset, length, {
				...options,
				...profiling,
			});
		}

		override dispose(): void {
			if (sessions.delete(this)) this.endProfiling();
			super.dispose();
		}
	};
	return () => {
		for (const session of sessions) session.endProfiling();
		const all = readdirSync(folder).map((name) =>
			byKind(JSON.parse(readFileSync(join(folder, name), "utf8")), skipped),
		);
		rmSync(folder, { recursive: true });
		const total = (kinds: Record<string, number>): number =>
			Object.values(kinds).reduce((sum, time) => sum + time, 0);
		return all.sort((a, b) => total(b) - total(a))[0] ?? {};
	};
}

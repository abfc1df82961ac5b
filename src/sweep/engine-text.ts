/** An engine and its threads in words: `onnxruntime, 2 threads`. */
export const engineText = ({
	name,
	threads,
}: {
	readonly name: string;
	readonly threads?: number;
}): string =>
	threads === undefined
		? name
		: `${name}, ${threads} thread${threads === 1 ? "" : "s"}`;

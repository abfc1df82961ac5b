import type { Interrupts } from "./interrupts.js";

interface TrackedTensor {
	readonly id: number;
	readonly size: number;
	readonly dtype: string;
}

interface Engine {
	trackTensor(tensor: TrackedTensor, backend: unknown): void;
	disposeTensor(tensor: TrackedTensor): void;
}

/** Counts, per cell, the tensors that live on after it. */
export class TensorCensus {
	readonly #owners = new Map<number, { label: string; bytes: number }>();

	constructor(readonly interrupts: Interrupts) {}

	/** Starts counting when TensorFlow.js puts its engine on the global object. */
	watch(): void {
		const globals = globalThis as unknown as { _tfengine?: Engine };
		let engine = globals._tfengine;
		if (engine) this.#follow(engine);
		Object.defineProperty(globals, "_tfengine", {
			configurable: true,
			get: () => engine,
			set: (value: Engine) => {
				engine = value;
				if (value) this.#follow(value);
			},
		});
	}

	#follow(engine: Engine): void {
		const track = engine.trackTensor;
		const dispose = engine.disposeTensor;
		const owners = this.#owners;
		engine.trackTensor = (tensor, backend) => {
			const { label } = this.interrupts.now.cell;
			const bytes = tensor.size * (tensor.dtype === "bool" ? 1 : 4);
			owners.set(tensor.id, { label, bytes });
			track.call(engine, tensor, backend);
		};
		engine.disposeTensor = (tensor) => {
			owners.delete(tensor.id);
			dispose.call(engine, tensor);
		};
	}

	/** One line per cell that made tensors which still live. */
	report(): string {
		const cells = new Map<string, { count: number; bytes: number }>();
		for (const { label, bytes } of this.#owners.values()) {
			const known = cells.get(label) ?? { count: 0, bytes: 0 };
			known.count++;
			known.bytes += bytes;
			cells.set(label, known);
		}
		if (cells.size === 0) return "no tensors are alive\n";
		return [...cells]
			.map(([label, { count, bytes }]) => {
				const size = (bytes / 2 ** 20).toFixed(1);
				return `${label}: ${count} tensor${count === 1 ? "" : "s"}, ${size} MB\n`;
			})
			.join("");
	}
}

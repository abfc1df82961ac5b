/** The element types that our graphs use; int64 appears only where ONNX wants axes and shapes. */
export type DType = "float32" | "int32" | "bool" | "int64";
export type Values = Float32Array | Int32Array | Uint8Array | BigInt64Array;
export type Attribute =
	| number
	| string
	| readonly number[]
	| { readonly float: number };

export interface OnnxNode {
	/** How errors call it; the name of its first output where it has none. */
	readonly name?: string;
	readonly op: string;
	readonly domain: string;
	readonly attributes: Readonly<Record<string, Attribute>>;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
}

/**
 * A named tensor of a graph; `shape` is left out where any shape may be fed. Negative lengths are unknown, equal ones
 * equal to each other.
 */
export interface OnnxValue {
	readonly name: string;
	readonly dtype: DType;
	readonly shape?: readonly number[];
}

export interface OnnxGraph {
	readonly nodes: readonly OnnxNode[];
	readonly initializers: readonly (OnnxValue & { readonly data: Values })[];
	readonly inputs: readonly OnnxValue[];
	readonly outputs: readonly OnnxValue[];
	/** What is known of values in between; left out where all follows from the inputs. */
	readonly values?: readonly OnnxValue[];
}

const elementType: Record<DType, number> = {
	float32: 1,
	int32: 6,
	int64: 7,
	bool: 9,
};
const irVersion = 9;
const opsets: readonly [domain: string, version: number][] = [
	["", 20],
	["com.microsoft", 1],
	["com.microsoft.nchwc", 1],
];
const text = new TextEncoder();

/** Writes protocol-buffer fields; numbers are the field numbers of onnx.proto3. */
class Message {
	readonly #parts: Uint8Array[] = [];
	#length = 0;

	#push(bytes: Uint8Array): void {
		this.#parts.push(bytes);
		this.#length += bytes.length;
	}

	#varint(value: number | bigint): void {
		const bytes: number[] = [];
		let rest = BigInt.asUintN(64, BigInt(value));
		while (rest > 127n) {
			bytes.push(Number(rest & 127n) | 128);
			rest >>= 7n;
		}
		bytes.push(Number(rest));
		this.#push(Uint8Array.from(bytes));
	}

	int(field: number, value: number | bigint): this {
		this.#varint(field << 3);
		this.#varint(value);
		return this;
	}

	float(field: number, value: number): this {
		this.#varint((field << 3) | 5);
		this.#push(new Uint8Array(Float32Array.of(value).buffer));
		return this;
	}

	bytes(field: number, value: Uint8Array): this {
		return this.#parted(field, value.length, [value]);
	}

	#parted(field: number, length: number, parts: readonly Uint8Array[]): this {
		this.#varint((field << 3) | 2);
		this.#varint(length);
		for (const part of parts) this.#push(part);
		return this;
	}

	string(field: number, value: string): this {
		return this.bytes(field, text.encode(value));
	}

	message(field: number, value: Message): this {
		return this.#parted(field, value.#length, value.#parts);
	}

	finish(): Uint8Array<ArrayBuffer> {
		const length = this.#length;
		const all = new Uint8Array(
			new ArrayBuffer(length, { maxByteLength: length }),
		);
		let offset = 0;
		for (const part of this.#parts) {
			all.set(part, offset);
			offset += part.length;
		}
		return all;
	}
}

function attribute(name: string, value: Attribute): Message {
	const message = new Message().string(1, name);
	if (typeof value === "string") return message.string(4, value).int(20, 3);
	if (typeof value === "number") return message.int(3, value).int(20, 2);
	if ("float" in value) return message.float(2, value.float).int(20, 1);
	for (const item of value) message.int(8, item);
	return message.int(20, 7);
}

function node({ name, op, domain, ...node }: OnnxNode): Message {
	const { attributes, inputs, outputs } = node;
	const message = new Message();
	for (const name of inputs) message.string(1, name);
	for (const name of outputs) message.string(2, name);
	message.string(3, name ?? (outputs[0] as string)).string(4, op);
	for (const [name, value] of Object.entries(attributes)) {
		message.message(5, attribute(name, value));
	}
	return domain === "" ? message : message.string(7, domain);
}

function initializer({
	name,
	dtype,
	shape,
	data,
}: OnnxGraph["initializers"][number]): Message {
	const message = new Message();
	for (const size of shape ?? []) message.int(1, size);
	message.int(2, elementType[dtype]).string(8, name);
	return message.bytes(
		9,
		new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
	);
}

function valueInfo({ name, dtype, shape }: OnnxValue): Message {
	const tensor = new Message().int(1, elementType[dtype]);
	if (shape) {
		const dimensions = new Message();
		for (const size of shape) {
			const dimension = new Message();
			dimensions.message(
				1,
				size < 0 ? dimension.string(2, `d${-size}`) : dimension.int(1, size),
			);
		}
		tensor.message(2, dimensions);
	}
	return new Message()
		.string(1, name)
		.message(2, new Message().message(1, tensor));
}

/**
 * Encodes a graph as the bytes of an ONNX model, in a buffer that can be made smaller.
 *
 * Source: onnx/onnx.proto3 (IR version 9, operator set 20), plus ONNX Runtime's own operators.
 */
export function encodeModel(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
	const message = new Message();
	for (const item of graph.nodes) message.message(1, node(item));
	message.string(2, "graph");
	for (const item of graph.initializers) message.message(5, initializer(item));
	for (const item of graph.inputs) message.message(11, valueInfo(item));
	for (const item of graph.outputs) message.message(12, valueInfo(item));
	for (const item of graph.values ?? []) message.message(13, valueInfo(item));
	const model = new Message()
		.int(1, irVersion)
		.string(2, "robust-transfer")
		.message(7, message);
	for (const [domain, version] of opsets) {
		model.message(8, new Message().string(1, domain).int(2, version));
	}
	return model.finish();
}

import type { Content, Message } from "../protocol/message.js";
import { joinText, type Output, splitText } from "./format.js";

/** Carries out carriage returns: what comes after one is written over the start of its line. */
export function overwriteLines(text: string): string {
	return text
		.replaceAll("\r\n", "\n")
		.split("\n")
		.map((line) => {
			if (!line.includes("\r")) return line;
			const texts = line.split("\r");
			return texts
				.reduce((shown, next) => next + shown.slice(next.length))
				.trimEnd();
		})
		.join("\n");
}

type DisplayOutput = Extract<Output, { data: unknown }>;

/** Gathers what a kernel publishes into the outputs of the cells of a notebook. */
export class OutputCollector {
	readonly #cells: Output[][] = [];
	readonly #displays = new Map<string, { cell: Output[]; at: number }[]>();
	#current: Output[] = [];
	#clearsNext = false;

	/** Starts the next cell and returns its outputs, which go on changing. */
	begin(): readonly Output[] {
		this.#current = [];
		this.#cells.push(this.#current);
		this.#clearsNext = false;
		return this.#current;
	}

	/** Takes one published message of the running cell. */
	add({ header, content }: Message): void {
		if (header.msg_type === "clear_output") {
			if (content.wait === true) this.#clearsNext = true;
			else this.#clear();
			return;
		}
		if (header.msg_type === "update_display_data") {
			this.#update(content);
			return;
		}
		const output = toOutput(header.msg_type, content);
		if (!output) return;
		if (this.#clearsNext) this.#clear();
		this.#append(output, content);
	}

	#clear(): void {
		this.#current.length = 0;
		this.#clearsNext = false;
		for (const [id, places] of this.#displays) {
			const kept = places.filter(({ cell }) => cell !== this.#current);
			this.#displays.set(id, kept);
		}
	}

	/** Adds to the stream the cell wrote last, or begins another. */
	#appendStream(output: Extract<Output, { output_type: "stream" }>): void {
		const last = this.#current.at(-1);
		const isSame = last?.output_type === "stream" && last.name === output.name;
		const before = isSame ? joinText(last.text) : "";
		if (isSame) this.#current.pop();
		const text = overwriteLines(before + joinText(output.text));
		this.#current.push({ ...output, text: splitText(text) });
	}

	#append(output: Output, content: Content): void {
		if (output.output_type === "stream") {
			this.#appendStream(output);
			return;
		}
		this.#current.push(output);
		const id = (content.transient as { display_id?: string } | undefined)
			?.display_id;
		if (id === undefined) return;
		const places = this.#displays.get(id) ?? [];
		places.push({ cell: this.#current, at: this.#current.length - 1 });
		this.#displays.set(id, places);
	}

	#update({ data, metadata, transient }: Content): void {
		const { display_id: id = "" } = transient as { display_id?: string };
		for (const { cell, at } of this.#displays.get(id) ?? []) {
			const shown = cell[at] as DisplayOutput;
			cell[at] = {
				...shown,
				data: data as DisplayOutput["data"],
				metadata: metadata as DisplayOutput["metadata"],
			};
		}
	}
}

function toOutput(type: string, content: Content): Output | undefined {
	if (type === "stream") {
		const name = content.name as "stdout" | "stderr";
		return { output_type: type, name, text: String(content.text) };
	}
	if (type === "display_data" || type === "execute_result") {
		const { data, metadata, execution_count } = content as DisplayOutput;
		const count = type === "execute_result" ? { execution_count } : {};
		return { output_type: type, data, metadata, ...count } as DisplayOutput;
	}
	if (type === "error") {
		const { ename, evalue, traceback } = content as unknown as Extract<
			Output,
			{ output_type: "error" }
		>;
		return { output_type: type, ename, evalue, traceback };
	}
	return undefined;
}

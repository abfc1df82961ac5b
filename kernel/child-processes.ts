import { StringDecoder } from "node:string_decoder";
import { parentOf } from "./runtime/cell.js";
import { followChildren } from "./runtime/child-output.js";
import { waitElsewhere } from "./runtime/child-sync.js";
import type { Interrupts } from "./runtime/interrupts.js";
import type { Link } from "./sockets/link.js";

/** Lets child processes print into their cell, and stop with it. */
export function adoptChildren(link: Link, interrupts: Interrupts): void {
	const decoders = new WeakMap<object, Record<string, StringDecoder>>();
	followChildren(interrupts, (name, chunk, context) => {
		const known = decoders.get(context) ?? {};
		known[name] ??= new StringDecoder("utf8");
		decoders.set(context, known);
		const text = known[name].write(Buffer.from(chunk));
		link.stream({ name, text, parent: parentOf(context.cell) });
	});
	waitElsewhere((request) => {
		const parent = parentOf(interrupts.now.cell);
		const result = link.runChild({ ...request, parent });
		interrupts.stop();
		return result;
	});
}

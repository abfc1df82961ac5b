import { didYouMean } from "../src/check/did-you-mean.js";
import type { Magic } from "./language/magics.js";
import { duration } from "./progress.js";

/** `%env`, `%env NAME` and `%env NAME = value`: shows and sets environment variables. */
function environment(argument: string): string {
	const [, name = "", value] = /^(\w*)\s*(?:=\s*(.*))?$/.exec(argument) ?? [];
	if (value !== undefined) process.env[name] = value;
	if (name !== "") return `${name}=${process.env[name] ?? ""}\n`;
	return Object.entries(process.env)
		.map(([key, text]) => `${key}=${text}\n`)
		.join("");
}

/**
 * Does what a magic line asks and returns what it prints; throws when there is no such magic.
 *
 * `%%time` prints nothing at its place: see `wallTime`.
 */
export function runMagic(
	{ name, argument }: Magic,
	tensors: () => string,
): string {
	if (name === "%%time") return "";
	if (name === "%env") return environment(argument);
	if (name === "%tensors") return tensors();
	throw new Error(
		`there is no magic ${name}; there are %%time, %env, %tensors and name?${didYouMean(name, ["%%time", "%env", "%tensors"])}`,
	);
}

/** The line that `%%time` prints after its cell. */
export function wallTime(milliseconds: number): string {
	const text =
		milliseconds < 1000
			? `${milliseconds.toFixed(1)} ms`
			: milliseconds < 60_000
				? `${(milliseconds / 1000).toFixed(2)} s`
				: duration(milliseconds / 1000);
	return `Wall time: ${text}\n`;
}

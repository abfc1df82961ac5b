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

const known = ["%%time", "%%nocheck", "%typecheck", "%env", "%tensors"];

/** What magic lines may ask of the kernel. */
export interface MagicHost {
	tensors(): string;
	/** Whether the types of cells are checked. */
	isChecking: boolean;
}

/** Gives magic lines what they may ask of a kernel. */
export const magicHost = (
	checking: Pick<MagicHost, "isChecking">,
	tensors: () => string,
): MagicHost => ({
	tensors,
	get isChecking() {
		return checking.isChecking;
	},
	set isChecking(on) {
		checking.isChecking = on;
	},
});

/** `%typecheck off` and `%typecheck on`: whether the types of later cells, and of this one, are checked. */
function typecheck(argument: string, host: MagicHost): string {
	if (!["", "on", "off"].includes(argument)) {
		throw new Error(`%typecheck is on or off, not ${argument}`);
	}
	if (argument !== "") host.isChecking = argument === "on";
	return `types are ${host.isChecking ? "" : "not "}checked\n`;
}

/**
 * Does what a magic line asks and returns what it prints; throws when there is no such magic.
 *
 * `%%time` prints nothing at its place: see `wallTime`. Nor does `%%nocheck`, which the compiler follows.
 */
export function runMagic({ name, argument }: Magic, host: MagicHost): string {
	if (name === "%%time" || name === "%%nocheck") return "";
	if (name === "%env") return environment(argument);
	if (name === "%tensors") return host.tensors();
	if (name === "%typecheck") return typecheck(argument, host);
	throw new Error(
		`there is no magic ${name}; there are ${known.join(", ")} and name?${didYouMean(name, known)}`,
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

import type { Trial } from "./trial.js";

/** A fault that is known, and the calls in which it shows. */
export interface Exclusion {
	readonly name: string;
	readonly applies: (trial: Trial, way: string, message: string) => boolean;
}

const isEmpty = ({ inputs }: Trial): boolean =>
	Object.values(inputs).some(({ shape }) => shape.includes(0));

/** Errors, never numbers, that are let pass. */
export const exclusions: readonly Exclusion[] = [
	{
		name: "compiled functions refuse kernels without an ONNX form",
		applies: (_, way, message) =>
			way === "compiled" && /no ONNX form/.test(message),
	},
	{
		name: "ONNX Runtime refuses some kernels of no elements",
		applies: (trial, way) => way === "compiled" && isEmpty(trial),
	},
];

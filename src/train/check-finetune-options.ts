import { type Checks, checkOptions } from "../check/check-options.js";
import { abortSignal, callable, number, text, whole } from "../check/checks.js";
import type { FinetuneOptions } from "./finetune.js";
import { everyCheck } from "./look.js";

const checks: Checks<FinetuneOptions> = {
	name: text,
	folder: text,
	reporter: callable,
	signal: abortSignal,
	saveSeconds: number({ from: 0, infinite: true }),
	workers: whole({ from: 0 }),
	every: everyCheck,
};

/** Throws where the options of `finetune` cannot be followed. */
export const checkFinetuneOptions = (options: object): void =>
	checkOptions<FinetuneOptions>("finetune", options, checks);

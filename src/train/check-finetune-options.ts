import { type Checks, checkOptions } from "../check/check-options.js";
import {
	abortSignal,
	callable,
	flag,
	number,
	text,
	thing,
	whole,
} from "../check/checks.js";
import type { FinetuneOptions } from "./finetune.js";
import { everyCheck } from "./look.js";

const checks: Checks<FinetuneOptions> = {
	name: text,
	from: thing("a run"),
	rescaleHead: flag,
	folder: text,
	reporter: callable,
	signal: abortSignal,
	saveSeconds: number({ from: 0, infinite: true }),
	workers: whole({ from: 0 }),
	every: everyCheck,
};

/** Throws where the options of `finetune` cannot be followed. */
export function checkFinetuneOptions(options: FinetuneOptions): void {
	checkOptions<FinetuneOptions>("finetune", options, checks);
	if (options.rescaleHead && !options.from)
		throw new TypeError(
			"finetune: rescaleHead is of the head of another run: say which, { from: run, rescaleHead: true }",
		);
}

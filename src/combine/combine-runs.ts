import { join } from "node:path";
import { findArchitecture } from "../backbones/architecture-form.js";
import { type Checks, checkOptions } from "../check/check-options.js";
import { abortSignal, list, text, thing } from "../check/checks.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import { isOwn, ownForm } from "../own.js";
import { runFiles } from "../runs/run-folder.js";
import { readWeights } from "../runs/weights-file.js";
import type { Task } from "../tasks/task.js";
import { taskIdentity } from "../tasks/task-identity.js";
import { checkRunTask } from "../train/check-run-task.js";
import { describeDerived } from "../train/describe-run.js";
import { heldOutForm } from "../train/describe-task.js";
import { ancestorOf } from "../train/lineage.js";
import { notebookSignal } from "../train/notebook-signal.js";
import { checkMade, ownCheck } from "../train/own-check.js";
import type { Run, RunRecord } from "../train/run.js";
import { wholeRun } from "../train/whole-run.js";
import { checkMembers, tensorProblems } from "./check-members.js";
import type { Combination, CombineRule, Member } from "./combination.js";
import { combineAbout } from "./combine-about.js";

/** What a rule may need besides the runs, and where the result is kept. */
export interface CombineRunsOptions {
	/** The task of the runs: needed by rules that look at data, such as a greedy soup, which needs held-out ones. */
	readonly task?: Task;
	/** Where runs are kept, each in a folder of its own; `runs` by default. */
	readonly folder?: string;
	/** Stops after the batch in progress; in a notebook its interrupt does too, and the end of its kernel. Called again, it begins anew. */
	readonly signal?: AbortSignal;
}

const checks: Checks<CombineRunsOptions> = {
	task: thing("a task"),
	folder: text,
	signal: abortSignal,
};

const runsCheck = list(thing("a run"));

function madeRule(rule: Combination): CombineRule {
	const [wrong] = isOwn(rule) ? ownCheck.problems(rule, "the rule") : [];
	if (wrong) throw wrong;
	if (!isOwn(rule))
		throw new TypeError(
			`combineRuns: rule must be a rule, such as remedies.uniformSoup(), or one of one's own, { name, options, make }, not ${JSON.stringify(rule)}`,
		);
	const made = rule.make(rule.options);
	checkMade(
		`the rule ${rule.name}`,
		typeof (made as Partial<CombineRule>)?.combine === "function",
		"{ combine }, a function (members, about) => { tensors }, and maybe { arrange, uses, leader }",
	);
	return made as CombineRule;
}

/** Throws where a run was trained on images that the task holds out. */
function checkHeldOut({ id, record }: Run, { train, heldOut }: Task): void {
	const { train: own, contents } = record.task;
	if (own === train.name && contents === train.contents) return;
	throw new Error(
		`the run ${id} was trained on ${own}, and what is held out as ${heldOut?.name} must not be among that: fine-tune on the task that holdOut gives, and give the same one`,
	);
}

/** What is written down of the data that a rule depends on; throws where they are not there. */
function dataOf(
	{ name }: Combination,
	{ uses = [] }: CombineRule,
	{ task, runs }: { task: Task | undefined; runs: readonly Run[] },
): unknown {
	if (uses.length === 0) return undefined;
	if (!task)
		throw new Error(
			`${name} looks at data: give the task of the runs, combineRuns(runs, rule, { task })`,
		);
	const isWatching = uses.includes("watching");
	if (isWatching && !task.heldOut)
		throw new Error(
			`${name} chooses on held-out data, of which the task has none: fine-tune the runs on holdOut(task, { share: 0.1 }), and give the same task`,
		);
	if (isWatching) for (const run of runs) checkHeldOut(run, task);
	const { train } = task;
	return {
		...(isWatching && { heldOut: heldOutForm(task) }),
		...(uses.includes("training") && {
			train: train.name,
			contents: train.contents,
			images: train.length,
		}),
		...taskIdentity(task, ...uses),
	};
}

const memberOf = (run: Run): Member => ({
	run,
	read: async () => {
		const { tensors } = await readWeights(
			runFiles(run.folder).weights,
			`it is of the run ${run.id}: remove it to make that run anew`,
		);
		return tensors;
	},
});

/** Throws one error that lists all weights in which the members differ. */
async function checkTensors(members: readonly Member[]): Promise<void> {
	const [first, ...others] = members as [Member, ...Member[]];
	const wanted = await first.read();
	const problems = tensorProblems(first.run.id, wanted, wanted);
	for (const { run, read } of others)
		problems.push(...tensorProblems(run.id, await read(), wanted));
	if (problems.length > 0)
		throw new Error(
			`these runs cannot be combined:\n  ${problems.join("\n  ")}`,
		);
}

interface Work {
	readonly rule: CombineRule;
	readonly runs: readonly Run[];
	readonly record: RunRecord;
	readonly task: Task | undefined;
	readonly signal: AbortSignal | undefined;
}

async function combine({ rule, runs, record, task, signal }: Work): Promise<{
	readonly tensors: NamedTensors;
	readonly record: RunRecord;
}> {
	const members = runs.map(memberOf);
	await checkTensors(members);
	const { recipe, backbone, derived } = record;
	const architecture = await findArchitecture(backbone.architecture);
	const about = combineAbout(architecture, { task, recipe, signal });
	const { tensors, found } = await rule.combine(members, about);
	const given = await (members[0] as Member).read();
	const [problem] = tensorProblems("the result", tensors, given);
	if (problem !== undefined)
		throw new TypeError(`the rule ${derived?.rule.name} is wrong: ${problem}`);
	for (const [name, { data }] of Object.entries(tensors))
		if (!(data as Float32Array).every(Number.isFinite))
			throw new Error(
				`the rule ${derived?.rule.name} makes ${name} not finite`,
			);
	const whole = { ...derived, found } as RunRecord["derived"] & object;
	return {
		tensors,
		record: found === undefined ? record : { ...record, derived: whole },
	};
}

/**
 * Makes one finished run of several by a rule, such as `remedies.wiseFt({ alpha: 0.5 })`: it is scored like any other,
 * and its id says of which weights it was made.
 *
 * The runs are of one task, network and backbone. Called again with the same arguments it returns the run. Choose the
 * engine first. Throws one error that lists all in which the runs or their weights differ; where a rule needs a task or
 * held-out data that are not there; and where a run was trained on images that are to choose by.
 */
export async function combineRuns(
	runs: readonly Run[],
	rule: Combination,
	options: CombineRunsOptions = {},
): Promise<Run> {
	checkOptions("combineRuns", options, checks);
	const [wrong] = runsCheck.problems(runs, "combineRuns: runs");
	if (wrong) throw wrong;
	const made = madeRule(rule);
	checkMembers(runs);
	const { task, folder: place = "runs" } = options;
	const signal = notebookSignal(options.signal);
	if (task) for (const run of runs) checkRunTask(run, task);
	const arranged = made.arrange?.(runs) ?? runs;
	const leader = arranged.at(made.leader === "last" ? -1 : 0) as Run;
	const data = dataOf(rule, made, { task, runs });
	const record = describeDerived(leader.record, {
		rule: ownForm(rule),
		of: await Promise.all(arranged.map(ancestorOf)),
		...(data !== undefined && { data: JSON.parse(JSON.stringify(data)) }),
	});
	const folder = join(place, record.id);
	const work = { rule: made, runs: arranged, record, task };
	const make = (signal: AbortSignal) => combine({ ...work, signal });
	return wholeRun(folder, make, signal);
}

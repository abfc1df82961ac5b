import { isDeepStrictEqual } from "node:util";
import {
	architectureForm,
	architectureIdentity,
} from "../backbones/architecture-form.js";
import { type Backbone, weightsOf } from "../backbones/backbone.js";
import { isRecord } from "../check/check-options.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import { initialValues, type ParamSpecs } from "../nn/params.js";
import { runFiles } from "../runs/run-folder.js";
import { hashOfTensors, readWeights } from "../runs/weights-file.js";
import type { Task } from "../tasks/task.js";
import { checkRunTask } from "./check-run-task.js";
import { ancestorOf, type Origin } from "./lineage.js";
import { loadModel, type Model } from "./model.js";
import type { Run, RunRecord } from "./run.js";

/** The run that another one begins with. */
export interface Beginning {
	readonly run: Run;
	/** Whether its head is brought to the size of one drawn anew. */
	readonly rescaleHead: boolean;
}

/** An architecture as far as a run depends on it, whatever classifier its backbone came with. */
const netOf = (form: RunRecord["backbone"]["architecture"]): unknown =>
	JSON.parse(JSON.stringify({ ...architectureIdentity(form), classes: 0 }));

/** Throws where a run is not finished, or not of this backbone and this task. */
function checkBeginning(run: Run, source: Backbone, task: Task): void {
	if (!isRecord(run) || !isRecord(run.record))
		throw new TypeError(
			"finetune: from must be a run, as finetune, combineRuns or openRun gives it",
		);
	const { id, finished, record } = run;
	if (!finished)
		throw new Error(
			`the run ${id} is not finished, so that nothing can begin with its weights: call finetune again, which goes on with it`,
		);
	checkRunTask(run, task);
	const form = architectureForm(source.architecture);
	if (!isDeepStrictEqual(netOf(form), netOf(record.backbone.architecture)))
		throw new Error(
			`the run ${id} has the architecture ${JSON.stringify(netOf(record.backbone.architecture))}, and the backbone ${JSON.stringify(netOf(form))}: begin with a run of the same`,
		);
	const { name, sha256 } = record.backbone;
	if (sha256 !== "unknown" && sha256 !== hashOfTensors(weightsOf(source)))
		throw new Error(
			`the run ${id} is of the backbone ${name} with other weights than the one given: begin with a run of the same backbone, or give the backbone of the run`,
		);
}

/** What a run says of the one it begins with; throws where that is not finished, or of another backbone or task. */
export async function originOf(
	{ run, rescaleHead }: Beginning,
	source: Backbone,
	task: Task,
): Promise<Origin> {
	checkBeginning(run, source, task);
	if (rescaleHead) headToRescale(task, task.headParams(source));
	return {
		...(await ancestorOf(run)),
		...(rescaleHead && { rescaleHead }),
	};
}

/** The names of weight and bias of a head that is one linear layer; undefined for others. */
export function linearHead(
	specs: ParamSpecs,
): readonly [weight: string, bias: string | undefined] | undefined {
	const names = Object.keys(specs);
	const [weight] = names.filter((name) => specs[name]?.shape.length === 2);
	const [bias] = names.filter((name) => specs[name]?.shape.length === 1);
	return weight !== undefined && names.length === (bias === undefined ? 1 : 2)
		? [weight, bias]
		: undefined;
}

function headToRescale(
	{ name }: Pick<Task, "name">,
	specs: ParamSpecs,
): NonNullable<ReturnType<typeof linearHead>> {
	const found = linearHead(specs);
	if (found) return found;
	throw new Error(
		`finetune: rescaleHead is of a head that is one linear layer, and that of ${name} has the weights ${Object.keys(specs).join(", ")}, whose scale norms and activations between them decide: leave it out`,
	);
}

function deviation(values: ArrayLike<number>): number {
	const all = Array.from(values);
	const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
	const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
	return Math.sqrt(squares / all.length);
}

/**
 * A linear head whose weight has the standard deviation of one drawn with the seed; the bias is scaled alike.
 *
 * Source: AnanyaKumar/transfer_learning, `normalize_lp` of `baseline_train.py`.
 */
export function rescaledHead(
	task: Pick<Task, "name">,
	specs: ParamSpecs,
	{ tensors, seed }: { readonly tensors: NamedTensors; readonly seed: number },
): NamedTensors {
	const [weight, bias] = headToRescale(task, specs);
	const fresh = initialValues(weight, specs[weight] as never, seed);
	const own = deviation(tensors[weight]?.data as Float32Array);
	const scale = own > 0 ? deviation(fresh) / own : 1;
	const scaled = [weight, ...(bias === undefined ? [] : [bias])].map((name) => {
		const tensor = tensors[name] as NamedTensors[string];
		const data = (tensor.data as Float32Array).map((value) => value * scale);
		return [name, { ...tensor, data }] as const;
	});
	return { ...tensors, ...Object.fromEntries(scaled) };
}

/** The model that a run begins with: all weights of another one. */
export async function modelOfRun(
	{ run, rescaleHead }: Beginning,
	task: Task,
	{ source, seed }: { readonly source: Backbone; readonly seed: number },
): Promise<Model> {
	const { tensors } = await readWeights(
		runFiles(run.folder).weights,
		`it is of the run ${run.id}, with whose weights this one begins: remove it to make that run anew`,
	);
	const given = rescaleHead
		? rescaledHead(task, task.headParams(source), { tensors, seed })
		: tensors;
	return loadModel(source.architecture, task, given);
}

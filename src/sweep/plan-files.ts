import { join } from "node:path";

/** The paths of a sweep. */
export const planFiles = (folder: string) => ({
	plan: join(folder, "plan.json"),
	backbones: join(folder, "backbones"),
	backbone: (sha256: string) =>
		join(folder, "backbones", `${sha256}.safetensors`),
	images: join(folder, "images"),
	image: (name: string) => join(folder, "images", name),
	submissions: join(folder, "submissions"),
	submission: (number: number) =>
		join(folder, "submissions", `${String(number).padStart(4, "0")}.json`),
	failed: join(folder, "failed"),
	failure: (run: string) => join(folder, "failed", `${run}.json`),
	logs: join(folder, "logs"),
	/** What a job has written, by what its executor calls it. */
	log: (job: string) => join(folder, "logs", `${job}.log`),
	/** Where the runs of the cells are. */
	runs: join(folder, "..", ".."),
});

/** Submits jobs of the stub, and ends: `node submit-and-end.js <folder> <jobs> <at once>`. */
import { stubbed } from "./stubbed.js";

const [folder = "", jobs, atOnce] = process.argv.slice(2);
await stubbed({ atOnce: Number(atOnce) }).submit({
	...{ folder, id: "test", submission: 1, jobs: Number(jobs) },
});
process.exit(0);

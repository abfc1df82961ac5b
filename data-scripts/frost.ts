/** Fetches the six pictures of the frost corruption: `node dist/data-scripts/frost.js [folder]`, default data/frost. */
import { fetchFrost } from "./fetch-frost.js";

try {
	await fetchFrost(process.argv[2]);
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exitCode = 1;
}

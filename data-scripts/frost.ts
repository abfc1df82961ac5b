/** Fetches the six pictures of the frost corruption: `npx robust-transfer-data frost [folder]`, default data/frost. */
import { readArguments } from "../src/check/read-arguments.js";
import { fetchFrost } from "./fetch-frost.js";

try {
	const { positionals } = readArguments({
		allowPositionals: true,
		options: {},
	});
	const [folder, ...rest] = positionals;
	if (rest.length > 0)
		throw new Error(`name one folder, not ${positionals.join(" and ")}`);
	await fetchFrost(folder);
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exitCode = 1;
}

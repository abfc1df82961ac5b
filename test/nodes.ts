/**
 * Runs the suite on other versions of Node.js, which come from the npm registry: `npm run test:node 20 22 24`.
 *
 * Words after the versions choose files, as with `npm test`. What the whole suite gave is written to nodes.md.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const written = join(root, "test/nodes.md");
const isVersion = (word: string) => /^\d+(\.\d+){0,2}$/.test(word);

/** Installs the newest Node.js of a version, without running anything; returns its program. */
function install(version: string): string {
	const system = process.platform === "win32" ? "win" : process.platform;
	const name = `node-${system}-${process.arch}`;
	const folder = join(root, "node_modules/.cache/nodes", version);
	mkdirSync(folder, { recursive: true });
	const { status } = spawnSync(
		"npm",
		[
			...["install", "--prefix", folder, "--no-save", "--ignore-scripts"],
			...["--no-audit", "--no-fund", `${name}@${version}`],
		],
		{ stdio: "inherit", shell: process.platform === "win32" },
	);
	const end = process.platform === "win32" ? "bin/node.exe" : "bin/node";
	const program = join(folder, "node_modules", name, end);
	if (status === 0 && existsSync(program)) return program;
	throw new Error(`npm has no ${name}@${version}`);
}

interface Outcome {
	readonly version: string;
	readonly line: string;
}

/** Runs the suite with a program; the processes that tests start find it first, too. */
async function runSuite(
	program: string,
	words: readonly string[],
): Promise<Outcome> {
	const { PATH = "" } = process.env;
	const env = {
		...process.env,
		PATH: `${dirname(program)}${delimiter}${PATH}`,
	};
	const version = spawnSync(program, ["--version"], { encoding: "utf8" });
	const runner = join(root, "dist/test/run.js");
	const child = spawn(program, [runner, ...words], {
		stdio: ["ignore", "pipe", "inherit"],
		env,
	});
	let text = "";
	child.stdout.on("data", (chunk) => {
		process.stdout.write(chunk);
		text = (text + chunk).slice(-1000);
	});
	const [code] = await once(child, "close");
	if (code !== 0) process.exitCode = 1;
	const line = text.trimEnd().split("\n").at(-1) ?? "";
	return { version: version.stdout.trim(), line };
}

/** Keeps the lines of other versions. */
function writeDown({ version, line }: Outcome): void {
	const [major] = version.split(".");
	const head = "# The suite on versions of Node.js\n\n";
	const old = existsSync(written) ? readFileSync(written, "utf8") : "";
	const others = old
		.split("\n")
		.filter((one) => one.startsWith("- ") && !one.startsWith(`- ${major}.`));
	const day = new Date().toISOString().slice(0, 10);
	const lines = [...others, `- ${version}: ${line} (${day})`].sort();
	writeFileSync(written, `${head}${lines.join("\n")}\n`);
}

const words = process.argv.slice(2);
const versions = words.filter(isVersion);
if (versions.length === 0) throw new Error("which versions, such as 20 22 24?");
const chosen = words.filter((word) => !isVersion(word));
const outcomes: Outcome[] = [];
for (const version of versions)
	outcomes.push(await runSuite(install(version), chosen));
for (const outcome of outcomes) {
	process.stdout.write(`${outcome.version}: ${outcome.line}\n`);
	if (chosen.length === 0) writeDown(outcome);
}

/** Reading the weights of a ResNet-50 beside torch.load: the first read of a fresh process, the file in memory. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
	heading,
	median,
	print,
	pythonWith,
	runJson,
	table,
} from "./report.js";

interface Measured {
	readonly milliseconds: number;
	readonly peakBytes: number;
}

type Reader = (path: string) => Measured | undefined;

const rounds = 9;
const script = new URL("read-checkpoint.js", import.meta.url);
const pythonScript = fileURLToPath(
	new URL("../../../test/bench/checkpoint.py", import.meta.url),
);
const python = pythonWith("torch", "torchvision") as string;

const ours: Reader = (path) => runJson(process.execPath, [script, path]);
const torch: Reader = (path) => runJson(python, [pythonScript, "read", path]);

/** Both readers in turn, more than once, so that a slow minute of the machine meets both. */
function measure(path: string, readers: readonly Reader[]): Measured[] {
	// The file comes into memory; not into this process, whose peak its children would inherit.
	for (const read of readers) read(path);
	const results = readers.map((): Measured[] => []);
	for (let round = 0; round < rounds; round++) {
		readers.forEach((read, i) => {
			const result = read(path);
			if (result) results[i]?.push(result);
		});
	}
	return results.map((all) => ({
		milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
		peakBytes: median(all.map(({ peakBytes }) => peakBytes)),
	}));
}

function row(name: string, path: string, readers: readonly Reader[]): string[] {
	const { size } = statSync(path);
	const [mine, theirs] = measure(path, readers);
	const peak = mine?.peakBytes ?? Number.NaN;
	return [
		`${name}, ${(size / 1e6).toFixed(1)} MB`,
		`${mine?.milliseconds.toFixed(0)} ms`,
		theirs ? `${theirs.milliseconds.toFixed(0)} ms` : "-",
		theirs && mine ? (mine.milliseconds / theirs.milliseconds).toFixed(2) : "-",
		`${(peak / 1e6).toFixed(0)} MB`,
		(peak / size).toFixed(2),
	];
}

function run(folder: string): void {
	const made = runJson<{ version: string }>(python, [
		pythonScript,
		"make",
		folder,
	]);
	const files = ["zip", "legacy"].map((name) => join(folder, `${name}.pth`));
	const safetensors = join(folder, "weights.safetensors");
	runJson(process.execPath, [script, files[0] as string, safetensors]);
	print(heading("Reading a ResNet-50", { PyTorch: made?.version ?? "none" }));
	print(
		table([
			["file", "ours", "torch.load", "ratio", "peak memory", "peak / file"],
			row("zip", files[0] as string, [ours, torch]),
			row("legacy", files[1] as string, [ours, torch]),
			row("safetensors", safetensors, [ours]),
		]),
	);
}

if (python === undefined)
	print("Reading a ResNet-50: left out, no Python has torch and torchvision");
else {
	const folder = mkdtempSync(join(tmpdir(), "checkpoint-bench-"));
	try {
		run(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

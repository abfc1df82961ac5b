#!/usr/bin/env node
/** `robust-transfer-data <script> [arguments]`: fetches data and checkpoints, and makes corrupted copies. */
import { fileURLToPath } from "node:url";
import { didYouMean } from "../src/check/did-you-mean.js";

/** The scripts, and what they do. */
export const dataScripts: Readonly<Record<string, string>> = {
	checkpoints: "published robust backbones; --list lists them",
	cifar10: "CIFAR-10",
	cifar100: "CIFAR-100",
	ade20k: "ADE20K, SceneParsing",
	coco: "COCO 2017",
	"image-sets": "pets, dtd, food: data sets that Salman et al. transfer to",
	frost: "the pictures of the frost corruption, drawn without them",
	corrupt: "corrupted copies of a folder of images; --help",
	"pretrain-mini": "trains the bundled mini backbones anew",
};

const list = (): string =>
	Object.entries(dataScripts)
		.map(([name, what]) => `  ${name.padEnd(14)} ${what}\n`)
		.join("");

async function main([name, ...rest]: readonly string[]): Promise<void> {
	if (name === undefined || name === "--help" || name === "-h") {
		process.stdout.write(
			`usage: robust-transfer-data <name> [arguments]\n\n${list()}\nWhat is fetched goes below data/ in this folder, --folder says where else. Downloads resume and are verified.\n`,
		);
		return;
	}
	const names = Object.keys(dataScripts);
	if (!names.includes(name))
		throw new Error(
			`there is no ${name} to fetch; there are ${names.join(", ")}${didYouMean(name, names)}`,
		);
	const script = new URL(`./${name}.js`, import.meta.url);
	// scripts begin where they are what was started
	process.argv = [process.execPath, fileURLToPath(script), ...rest];
	await import(script.href);
}

main(process.argv.slice(2)).catch((error: Error) => {
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
});

#!/usr/bin/env node
/** `robust-transfer-kernel install | uninstall | list`: makes the kernel known to Jupyter. */
import { didYouMean } from "../src/check/did-you-mean.js";
import { readArguments } from "../src/check/read-arguments.js";
import {
	installKernel,
	kernelFolder,
	listKernels,
	uninstallKernel,
} from "./kernels-folder.js";
import { displayName, kernelName } from "./kernelspec.js";
import { packageVersion } from "./package-version.js";

const usage = `usage: robust-transfer-kernel <command> [--user | --prefix <folder>] [--name <name>]

  install     make "${displayName}" known to Jupyter
  uninstall   undo that
  list        show every kernel that Jupyter finds, and which cannot start

  --user      for this user only (the default)
  --prefix    below <folder>/share/jupyter, for an environment or, with /usr/local, everybody
  --name      the name for Jupyter, one for each project for example (default: ${kernelName})
  --display-name  the name for readers (default: "${displayName}", or that with --name)
  --version   show the version of the kernel
`;

const commands = ["install", "uninstall", "list"];

function main(args: readonly string[]): number {
	const { values, positionals } = readArguments({
		args: [...args],
		allowPositionals: true,
		options: {
			user: { type: "boolean" },
			prefix: { type: "string" },
			name: { type: "string" },
			"display-name": { type: "string" },
			version: { type: "boolean" },
			help: { type: "boolean", short: "h" },
		},
	});
	const { prefix, name } = values;
	const place = { prefix, name };
	const title =
		values["display-name"] ??
		(name === undefined ? displayName : `TypeScript (${name})`);
	const [command, ...rest] = positionals;
	const say = (text: string) => process.stdout.write(`${text}\n`);
	if (values.help) {
		say(usage.trimEnd());
		return 0;
	}
	if (values.version) {
		say(packageVersion());
		return 0;
	}
	if (values.user && prefix !== undefined) {
		throw new Error("--user and --prefix exclude each other");
	}
	if (rest.length === 0 && command === "install") {
		say(`installed "${title}" in ${installKernel(place, title)}`);
		return 0;
	}
	if (rest.length === 0 && command === "uninstall") {
		const isRemoved = uninstallKernel(place);
		say(
			isRemoved
				? `removed ${kernelFolder(place)}`
				: "it was not installed there",
		);
		return isRemoved ? 0 : 1;
	}
	if (rest.length === 0 && command === "list") {
		for (const found of listKernels(prefix)) {
			const line = `${found.name.padEnd(20)} ${found.displayName.padEnd(32)} ${found.folder}`;
			say(
				found.missing === undefined
					? line
					: `${line}  cannot start: ${found.missing} is gone`,
			);
		}
		return 0;
	}
	if (command !== undefined && !commands.includes(command))
		throw new Error(
			`there is no command ${command}; there are ${commands.join(", ")}${didYouMean(command, commands)}`,
		);
	process.stderr.write(usage);
	return 2;
}

try {
	process.exitCode = main(process.argv.slice(2));
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exitCode = 2;
}

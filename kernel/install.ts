#!/usr/bin/env node
/** `robust-transfer-kernel install | uninstall | list`: makes the kernel known to Jupyter. */
import { didYouMean } from "../src/check/did-you-mean.js";
import { readArguments } from "../src/check/read-arguments.js";
import {
	installKernel,
	listKernels,
	uninstallKernel,
} from "./kernels-folder.js";
import { displayName } from "./kernelspec.js";

const usage = `usage: robust-transfer-kernel <command> [--user | --prefix <folder>]

  install     make "${displayName}" known to Jupyter
  uninstall   undo that
  list        show every kernel that Jupyter finds

  --user      for this user only (the default)
  --prefix    below <folder>/share/jupyter, for an environment or, with /usr/local, everybody
`;

const commands = ["install", "uninstall", "list"];

function main(args: readonly string[]): number {
	const { values, positionals } = readArguments({
		args: [...args],
		allowPositionals: true,
		options: {
			user: { type: "boolean" },
			prefix: { type: "string" },
			help: { type: "boolean", short: "h" },
		},
	});
	const { prefix } = values;
	const [command, ...rest] = positionals;
	const say = (text: string) => process.stdout.write(`${text}\n`);
	if (values.help) {
		say(usage.trimEnd());
		return 0;
	}
	if (values.user && prefix !== undefined) {
		throw new Error("--user and --prefix exclude each other");
	}
	if (rest.length === 0 && command === "install") {
		say(`installed "${displayName}" in ${installKernel(prefix)}`);
		return 0;
	}
	if (rest.length === 0 && command === "uninstall") {
		const isRemoved = uninstallKernel(prefix);
		say(isRemoved ? `removed "${displayName}"` : "it was not installed there");
		return isRemoved ? 0 : 1;
	}
	if (rest.length === 0 && command === "list") {
		for (const { name, displayName: title, folder } of listKernels(prefix)) {
			say(`${name.padEnd(20)} ${title.padEnd(32)} ${folder}`);
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

/**
 * Fetches CIFAR-100: `npx robust-transfer-data cifar100 [--folder FOLDER]`
 *
 * The binary version, 161 MB, is fetched from its author's page, verified and unpacked.
 */
import { pathToFileURL } from "node:url";
import { readArguments } from "../src/check/read-arguments.js";
import { cifar100Folder } from "../src/tasks/cifar100/cifar100.js";
import { type FetchCifar10Options, fetchCifar } from "./cifar10.js";

/** Where the archive is, and what is known of it. */
export const cifar100Archive = {
	url: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
	md5: "03b5dce01913d631647c71ecec9e9cb8",
} as const;

/** Fetches and unpacks CIFAR-100 into a folder, `data/cifar100` by default, as `fetchCifar` does. */
export const fetchCifar100 = ({
	folder = cifar100Folder,
	archive = cifar100Archive,
	...options
}: FetchCifar10Options = {}): Promise<void> =>
	fetchCifar(
		{
			title: "CIFAR-100",
			files: ["train.bin", "test.bin", "fine_label_names.txt"],
		},
		{ ...options, folder, archive },
	);

async function main(): Promise<void> {
	const { values } = readArguments({ options: { folder: { type: "string" } } });
	await fetchCifar100(values.folder ? { folder: values.folder } : {});
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});

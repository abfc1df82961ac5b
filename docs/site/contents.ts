/** What stands on the site, and where. */

/** A page made of a file of the repository. */
export interface Entry {
	/** Its place on the site, without `.md`. */
	readonly path: string;
	/** The file that it is made of, from the root of the repository. */
	readonly file: string;
	/** What it is called in lists. */
	readonly title: string;
}

/** Pages that belong together. */
export interface Group {
	readonly title: string;
	readonly entries: readonly Entry[];
}

const doc = (path: string, title: string): Entry => ({
	path,
	title,
	file: `docs/${path}.md`,
});

const notebook = (name: string, title: string): Entry => ({
	path: `notebooks/${name}`,
	title,
	file: `notebooks/${name}.ipynb`,
});

/** The first page. */
export const home: Entry = doc("index", "robust-transfer");

/** All pages but the first, in order; the build adds those of the reference, one for each part of the library. */
export const groups: readonly Group[] = [
	{
		title: "Begin",
		entries: [
			doc("start", "Start in five minutes"),
			doc("study", "The study, step by step"),
		],
	},
	{
		title: "How to",
		entries: [
			doc("how-to/own-data", "Fine-tune on your own data"),
			doc("how-to/own-backbone", "Use your own backbone"),
			doc("how-to/foreign-checkpoint", "Read a foreign checkpoint"),
			doc("how-to/own-corruption", "Add a corruption"),
			doc("own-things", "Make anything your own"),
			doc("remedies", "Keep robustness: remedies"),
			doc("how-to/score-a-checkpoint", "Score on CIFAR-10-C, ImageNet-C"),
			doc("how-to/full-size", "Tables 4 and 5 in full size"),
			doc("how-to/export-a-table", "Export Table 4"),
			doc("how-to/share-a-notebook", "Share a notebook"),
			doc("cluster", "Run a sweep on a cluster"),
		],
	},
	{
		title: "Notebooks",
		entries: [
			notebook("robustness-transfer", "The study in miniature"),
			notebook("imagenet", "ImageNet"),
			notebook("cifar10", "CIFAR-10"),
			notebook("segmentation", "Segmentation"),
			notebook("detection", "Detection"),
			notebook("backbones", "Robust backbones"),
			notebook("corruptions", "Common corruptions"),
			notebook("prime", "PRIME"),
			notebook("remedies", "Remedies compared"),
			notebook("remedies-dense", "Remedies for pixels and boxes"),
			notebook("your-own", "Things of your own"),
			notebook("sweep", "Sweeps"),
		],
	},
	{
		title: "Explanations",
		entries: [
			doc("explain/prime", "PRIME, and the released code"),
			doc("explain/drops", "Drops and their intervals"),
			doc("explain/engine", "How the engine works"),
			{ path: "kernel", title: "The Jupyter kernel", file: "kernel/README.md" },
			doc("architecture", "Architecture"),
		],
	},
	{
		title: "Reference",
		entries: [
			{
				path: "reference/index",
				title: "The two doors",
				file: "docs/reference.md",
			},
			doc("supported", "What is supported"),
			{
				path: "benchmarks",
				title: "Benchmarks",
				file: "test/bench/README.md",
			},
		],
	},
	{
		title: "Project",
		entries: [
			{ path: "contributing", title: "Contributing", file: "CONTRIBUTING.md" },
			{ path: "changes", title: "Changes", file: "CHANGELOG.md" },
		],
	},
];

/** All entries, the first page too. */
export const allEntries = (): Entry[] => [
	home,
	...groups.flatMap(({ entries }) => entries),
];

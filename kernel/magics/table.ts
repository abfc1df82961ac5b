/** What a magic is given besides its name. */
export type Takes =
	/** The rest of its line. */
	| "argument"
	/** The rest of its line as TypeScript. */
	| "expression"
	/** Nothing: it changes how the cell below it is run. */
	| "cell"
	/** The cell below it as TypeScript, which it runs itself. */
	| "code"
	/** The cell below it as a text that is no TypeScript. */
	| "text";

/** A magic as its user knows it. */
export interface MagicHelp {
	readonly takes: Takes;
	/** How it is written. */
	readonly usage: string;
	/** What it does, in a sentence. */
	readonly help: string;
}

const entry = (takes: Takes, usage: string, help: string): MagicHelp => ({
	takes,
	usage,
	help,
});

/** Every magic by its name: completion, help, `%lsmagic` and the cells' own reading go by it. */
export const magics = {
	"%%bash": entry(
		"text",
		"%%bash",
		"runs the cell with bash, in the notebook's folder; the cell fails where bash does",
	),
	"%%nocheck": entry(
		"cell",
		"%%nocheck",
		"runs the cell without checking its types",
	),
	"%%time": entry("cell", "%%time", "says how long the cell took"),
	"%%timeit": entry(
		"code",
		"%%timeit [-n <loops>] [-r <runs>]",
		"runs the cell over and over and says how long it takes, mean and standard deviation of 7 runs; what it declares stays its own",
	),
	"%env": entry(
		"argument",
		"%env [<name> [= <value>]]",
		"shows the environment variables or one of them, or sets it",
	),
	"%lsmagic": entry("argument", "%lsmagic", "lists the magics"),
	"%reset": entry(
		"argument",
		"%reset [-f] [out]",
		"forgets all variables and outputs of the notebook, or its outputs only; asks first unless -f is given",
	),
	"%run": entry(
		"argument",
		"%run <file>",
		"runs a TypeScript or JavaScript file as if it stood in the cell: what it declares can be used below",
	),
	"%tensors": entry(
		"argument",
		"%tensors",
		"counts the tensors that live, by the cell that made them",
	),
	"%time": entry(
		"expression",
		"%time <expression>",
		"evaluates an expression, shows its value and says how long it took",
	),
	"%timeit": entry(
		"expression",
		"%timeit [-n <loops>] [-r <runs>] <statements>",
		"runs a line over and over and says how long it takes, mean and standard deviation of 7 runs",
	),
	"%typecheck": entry(
		"argument",
		"%typecheck [on | off]",
		"says or sets whether the types of cells are checked",
	),
	"%who": entry("argument", "%who", "lists the notebook's variables"),
	"%whos": entry(
		"argument",
		"%whos",
		"lists the notebook's variables with their kinds and values",
	),
	"!": entry(
		"argument",
		"!<command>",
		"runs a command of the shell, in which {name} is the value of the notebook's variable",
	),
} as const satisfies Record<string, MagicHelp>;

/** The name of a magic; `!` is a line for the shell. */
export type MagicName = keyof typeof magics;

/** The names of all magics. */
export const magicNames = Object.keys(magics) as readonly MagicName[];

/** Whether there is a magic of that name. */
export const isMagic = (name: string): name is MagicName =>
	Object.hasOwn(magics, name);

/** Usage and help of a magic as Markdown and as plain text. */
export function describeMagic(name: MagicName): {
	readonly "text/markdown": string;
	readonly "text/plain": string;
} {
	const { usage, help } = magics[name];
	return {
		"text/markdown": `\`\`\`\n${usage}\n\`\`\`\n\n${help}`,
		"text/plain": `${usage}\n\n${help}`,
	};
}

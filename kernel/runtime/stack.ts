/** A stack in two forms. */
interface Stack {
	/** As the engine writes it: places in compiled code. */
	readonly raw: string;
	/** As its reader knows them. */
	readonly shown: string;
}

const stacks = new WeakMap<object, Stack>();

/** The stack of an error with places in compiled code, as the engine writes it. */
export function rawStack(error: Error): string {
	const { stack } = error;
	const known = stacks.get(error);
	return known && known.shown === stack ? known.raw : String(stack ?? "");
}

/** Remembers what the engine wrote for a stack that is shown otherwise. */
export function keepStack(error: Error, stack: Stack): void {
	stacks.set(error, stack);
}

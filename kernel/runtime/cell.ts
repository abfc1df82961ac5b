import { type Position, trace } from "../language/source-map.js";
import type { Header } from "../protocol/message.js";

/** One execution of a cell. */
export interface Cell {
	/** `In[4]`, as the reader knows it. */
	readonly label: string;
	/** Unique file name of the script in stack traces: `In[4]#17`. */
	readonly file: string;
	readonly source: string;
	/** Header of the request, the parent of everything the cell prints. */
	readonly header: Header | undefined;
	/** The file that it is, if it does not stand in the notebook. */
	readonly path: string | undefined;
	/** Source maps of the compiled cell. */
	maps: readonly string[];
}

const cells = new Map<string, Cell>();
const kept = 2000;
let created = 0;

/** Makes a cell and remembers it, so that stack frames can be traced back to it. */
export function createCell(
	label: string,
	source: string,
	header: Header | undefined,
	path?: string,
): Cell {
	created++;
	const file = `${label}#${created}`;
	const cell: Cell = { label, file, source, header, path, maps: [] };
	cells.set(file, cell);
	if (cells.size > kept) cells.delete(cells.keys().next().value as string);
	return cell;
}

/** The cells that stack frames can be traced back to, oldest first. */
export const allCells = (): readonly Cell[] => [...cells.values()];

/** The header of the request a cell belongs to. */
export const parentOf = (cell: Cell): Header | Record<string, never> =>
	cell.header ?? {};

/** The cell that a script name in a stack frame belongs to. */
export function cellOf(file: string): Cell | undefined {
	return cells.get(file);
}

/** Where in a cell's source a position of its compiled script comes from. */
export function positionInCell(
	cell: Cell,
	position: Position,
): Position | undefined {
	const found = trace(cell.maps, position);
	// one line, `export {};`, stands before every cell
	return found && found.line > 1
		? { line: found.line - 1, column: found.column }
		: undefined;
}

import { JSDOM } from "jsdom";
import {
	joinText,
	type Notebook,
	type NotebookCell,
} from "../../../kernel/notebook/format.js";

/** A row of a table as it is shown: numbers where they are, else text. */
export type Row = Readonly<Record<string, string | number>>;

type Data = Readonly<Record<string, unknown>>;

const asShown = (text: string): string | number =>
	/^-?\d[\d.,]*(e[-+]?\d+)?$/.test(text)
		? Number(text.replaceAll(",", ""))
		: text;

/** The rows of the first table of a page that has a head, but for the dots of what is left out. */
function rowsOf(html: string): Row[] {
	const { document } = new JSDOM(html).window;
	const table = document.querySelector("table:has(thead)");
	if (!table) return [];
	const names = [...table.querySelectorAll("th")].map(
		({ innerHTML }) => innerHTML.split("<br>")[0]?.replace("<wbr>", "") ?? "",
	);
	// what is the same in all rows stands below
	const same = [...document.querySelectorAll("div > b")].map((value) => [
		value.previousSibling?.textContent?.replace(/^.*(: | · )/, "").trim(),
		asShown(value.textContent ?? ""),
	]);
	return [...table.querySelectorAll("tbody tr")]
		.map((line) =>
			[...line.children].map(({ textContent }) => textContent ?? ""),
		)
		.filter(([first]) => first !== "⋮")
		.map((cells) =>
			Object.fromEntries([
				...cells.map((cell, i) => [names[i], asShown(cell)]),
				...same,
			]),
		);
}

/** What the cells of a notebook show. */
export class Evidence {
	readonly #cells: readonly NotebookCell[];

	constructor({ cells }: Notebook) {
		this.#cells = cells.filter(({ cell_type }) => cell_type === "code");
	}

	/** The only cell that is this code, or else has it in it. */
	#cell(code: string): NotebookCell {
		const are = this.#cells.filter(({ source }) => joinText(source) === code);
		const have = this.#cells.filter(({ source }) =>
			joinText(source).includes(code),
		);
		const found = are.length > 0 ? are : have;
		if (found.length !== 1)
			throw new Error(`${found.length} cells, not one, have ${code}`);
		return found[0] as NotebookCell;
	}

	#last(code: string, type: string): unknown {
		const outputs = this.#cell(code).outputs ?? [];
		const data = outputs
			.flatMap((output) => ("data" in output ? [output.data as Data] : []))
			.filter((one) => type in one);
		if (data.length === 0) throw new Error(`${code} shows no ${type}`);
		return data.at(-1)?.[type];
	}

	/** All of the code of the cell that has a text in it. */
	code(text: string): string {
		return joinText(this.#cell(text).source);
	}

	/** The plain text that the cell with this code shows. */
	plain(code: string): string {
		return joinText(this.#last(code, "text/plain") as string);
	}

	/** The rows of the table that the cell with this code shows: of a long one its head and tail. */
	rows(code: string, wanted: Row = {}): Row[] {
		const rows = rowsOf(joinText(this.#last(code, "text/html") as string));
		const chosen = rows.filter((row) =>
			Object.entries(wanted).every(([name, value]) => row[name] === value),
		);
		if (chosen.length === 0)
			throw new Error(`${code} shows no row of ${JSON.stringify(wanted)}`);
		return chosen;
	}

	/** The only row of a table that has these values. */
	row(code: string, wanted: Row): Row {
		const rows = this.rows(code, wanted);
		if (rows.length !== 1)
			throw new Error(`${rows.length} rows are ${JSON.stringify(wanted)}`);
		return rows[0] as Row;
	}

	/** The traces of the figure that the cell with this code shows. */
	traces(code: string): Data[] {
		const figure = this.#last(code, "application/vnd.plotly.v1+json");
		return (figure as { data: Data[] }).data;
	}

	/** The drops of a heat map: of each of its lines, the name and a number for each corruption. */
	drops(code: string): { name: string; drop: Record<string, number> }[] {
		const [map] = this.traces(code);
		const { z, customdata } = map as {
			z: number[][];
			customdata: string[][];
		};
		return z.map((line, i) => {
			const cells = line.map((drop, j) => {
				const [name = "", corruption = ""] =
					customdata[i]?.[j]?.split(", ") ?? [];
				return { name, corruption, drop };
			});
			const drop = cells.map(({ corruption, drop }) => [corruption, drop]);
			return { name: cells[0]?.name ?? "", drop: Object.fromEntries(drop) };
		});
	}
}

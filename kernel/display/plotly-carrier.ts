import { gzipSync } from "node:zlib";
import { plotlySource } from "../../src/analysis/plotly-source.js";
import type { Content, Header, Message } from "../protocol/message.js";
import type { Link } from "../sockets/link.js";
import { isLive, plotMode } from "./figure.js";
import { sourceClass } from "./find-plotly.js";

/** Which cell's output carries Plotly, and the display it is in, if that can be updated. */
interface Carrier {
	readonly cell: string;
	readonly display: string | undefined;
}

/** The header of the request that output belongs to. */
type Parent = Header | Record<string, never>;

let element: string | undefined;

const carrierElement = (): string =>
	(element ??= `<script type="text/plain" class="${sourceClass}">${gzipSync(plotlySource(), { level: 9 }).toString("base64")}</script>`);

const displayOf = (content: Content): string | undefined =>
	(content.transient as { display_id?: string } | undefined)?.display_id;

/**
 * Sees to it that one output of a notebook carries Plotly wherever any has a live figure.
 *
 * An output goes when its cell runs again, clears its output or is deleted, and when its display is updated:
 * the next figure carries Plotly then. A client that does not say which cell it runs is taken to run the
 * same cell when it runs the same text.
 */
export class PlotlyCarrier {
	readonly #cells = new WeakMap<object, string>();
	#carrier: Carrier | undefined;

	constructor(readonly link: Pick<Link, "publish">) {}

	/** A cell begins. */
	begin({ header, metadata, content }: Message): void {
		const { cellId, deletedCells } = metadata as {
			cellId?: unknown;
			deletedCells?: unknown;
		};
		const cell = String(cellId ?? content.code);
		this.#cells.set(header, cell);
		const gone = Array.isArray(deletedCells) ? [...deletedCells, cell] : [cell];
		if (gone.includes(this.#carrier?.cell)) this.#carrier = undefined;
	}

	/** Publishes what a cell shows, Plotly put into it where it has to carry it. */
	publish(type: string, content: Content, parent: Parent): void {
		const cell = this.#cells.get(parent) ?? "";
		const display = displayOf(content);
		const replaces =
			type === "update_display_data" &&
			display !== undefined &&
			display === this.#carrier?.display;
		const clears = type === "clear_output" && cell === this.#carrier?.cell;
		if (replaces || clears) this.#carrier = undefined;
		const data = content.data as Record<string, unknown> | undefined;
		const html = data?.["text/html"];
		const isNeeded = !this.#carrier && typeof html === "string" && isLive(html);
		if (isNeeded && plotMode() === "inline") {
			this.#carrier = { cell, display };
			const carried = { ...data, "text/html": carrierElement() + html };
			this.link.publish(type, { ...content, data: carried }, { parent });
		} else this.link.publish(type, content, { parent });
	}
}

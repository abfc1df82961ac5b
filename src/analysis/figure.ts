/** A trace of Plotly. */
export type Trace = Readonly<Record<string, unknown>>;

/** A Plotly figure as plain data: what `Plotly.newPlot` takes. */
export interface Figure {
	readonly data: readonly Trace[];
	readonly layout: Readonly<Record<string, unknown>>;
	readonly config?: Readonly<Record<string, unknown>>;
}

/** A figure without typed arrays, as JSON can hold it. */
export const plainFigure = (figure: Figure): Figure =>
	JSON.parse(
		JSON.stringify(figure, (_, value) =>
			ArrayBuffer.isView(value) && !(value instanceof DataView)
				? Array.from(value as unknown as ArrayLike<number>)
				: value,
		),
	) as Figure;

/** Width and height of a figure in pixels, 700 x 450 unless its layout says otherwise. */
export const sizeOf = ({
	layout: { width, height },
}: Figure): { width: number; height: number } => ({
	width: Number(width) || 700,
	height: Number(height) || 450,
});

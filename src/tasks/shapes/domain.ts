import { type ShapeClass, sourceClasses, targetClasses } from "./classes.js";
import type { TextureName } from "./texture.js";

/** A world of shapes: what is in its pictures. */
export interface Domain {
	readonly name: "source" | "target";
	readonly classes: Readonly<Record<string, ShapeClass>>;
	/** What things and backgrounds are covered with. */
	readonly textures: readonly TextureName[];
}

const source: Domain = Object.freeze({
	name: "source",
	classes: sourceClasses,
	textures: ["stripes", "checks", "dots", "waves", "noise", "rings"] as const,
});

const target: Domain = Object.freeze({
	name: "target",
	classes: targetClasses,
	textures: [
		"bricks",
		"zigzag",
		"grid",
		"marble",
		"speckles",
		"stripes",
		"noise",
	] as const,
});

/** `source`, in the role of ImageNet, has sixteen classes; `target`, ten others with other textures. */
export const domains = Object.freeze({ source, target });

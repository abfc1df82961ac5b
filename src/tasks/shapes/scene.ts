import {
	type Checks,
	checkArgument,
	checkOptions,
	isRecord,
} from "../../check/check-options.js";
import { oneOf, required, that, whole } from "../../check/checks.js";
import { Random } from "../../random.js";
import type { ShapeClass } from "./classes.js";
import type { Domain } from "./domain.js";
import type { Polygon } from "./outline.js";
import type { TextureName } from "./texture.js";

/** Red, green and blue, 0 to 1. */
export type Color = readonly [red: number, green: number, blue: number];

/** How a surface looks; lengths are in sides of the picture. */
export interface Paint {
	readonly texture: TextureName;
	readonly colors: readonly [Color, Color];
	readonly period: number;
	readonly angle: number;
	readonly shift: readonly [x: number, y: number];
}

/** One thing in a scene, in coordinates from 0 at the top left to 1 at the bottom right. */
export interface Thing {
	/** The index of its class in the domain. */
	readonly label: number;
	readonly outline: readonly Polygon[];
	/** How far it reaches from its center. */
	readonly radius: number;
	readonly paint: Paint;
}

/** What is to be seen, before it is drawn at some size. */
export interface Scene {
	/** The class of the thing that reaches farthest. */
	readonly label: number;
	/** Back to front. */
	readonly things: readonly Thing[];
	readonly background: Paint;
	/** Where the light comes from, in radians. */
	readonly light: number;
	/** The darkness of shadows, 0 to 1. */
	readonly shadow: number;
	/** The gray, 0 to 1, that the air adds, and its share of what is seen. */
	readonly haze: { readonly gray: number; readonly share: number };
}

/** Which of the pictures that a domain can show. */
export interface SceneKey {
	readonly split: "train" | "test";
	readonly index: number;
	readonly seed?: number;
}

const checks: Checks<SceneKey> = {
	split: required(oneOf(["train", "test"])),
	index: required(whole({ from: 0 })),
	seed: whole(),
};

const domainCheck = that(
	"a domain, such as `domains.target`",
	(value) => isRecord(value) && isRecord(value.classes),
);

/** Where a thing lies, and how far it reaches from there; in sides of the picture. */
export interface Place {
	readonly x: number;
	readonly y: number;
	readonly radius: number;
}

const turn = 2 * Math.PI;
const hintedShare = 0.5;
const leastContrast = 0.4;
const mostHaze = 0.6;

function color(random: Random): Color {
	const hue = random.uniform(0, 6);
	const saturation = random.uniform(0.1, 0.8);
	const value = random.uniform(0.25, 0.95);
	const channel = (start: number): number => {
		const k = (start + hue) % 6;
		return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
	};
	return [channel(5), channel(3), channel(1)];
}

const distance = (a: Color, b: Color): number =>
	Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const blend = (a: Color, b: Color, share: number): Color => [
	a[0] + (b[0] - a[0]) * share,
	a[1] + (b[1] - a[1]) * share,
	a[2] + (b[2] - a[2]) * share,
];

const mean = ({ colors: [a, b] }: Paint): Color => blend(a, b, 0.5);

/** A paint of random colors; `grain` is what the period of its texture is multiplied by. */
export function paint(random: Random, texture: TextureName, grain = 1): Paint {
	const first = color(random);
	return {
		texture,
		colors: [first, blend(first, color(random), random.uniform(0.15, 0.6))],
		period: random.uniform(0.08, 0.2) * grain,
		angle: random.uniform(0, turn),
		shift: [random.uniform(), random.uniform()],
	};
}

/** A paint that stands out from the background. */
function contrasting(
	random: Random,
	texture: TextureName,
	{ background, grain }: { background: Paint; grain: number },
): Paint {
	for (;;) {
		const drawn = paint(random, texture, grain);
		const contrast = distance(mean(drawn), mean(background));
		if (contrast >= leastContrast) return drawn;
	}
}

/** The outline turned, stretched and slanted at random, then put in its place. */
function posed(
	random: Random,
	{ outline }: ShapeClass,
	{ x, y, radius }: Place,
): Polygon[] {
	const angle = random.uniform(-0.5, 0.5);
	const stretch = Math.exp(random.uniform(-0.22, 0.22));
	const slant = random.uniform(-0.25, 0.25);
	const mirror = random.integer(0, 2) === 0 ? 1 : -1;
	const cos = Math.cos(angle) * radius;
	const sin = Math.sin(angle) * radius;
	return outline.map((polygon) =>
		polygon.map(([px, py]): [number, number] => {
			const across = mirror * (px + slant * py) * stretch;
			const down = py / stretch;
			return [x + across * cos - down * sin, y + across * sin + down * cos];
		}),
	);
}

/** A thing of a class in its place, which stands out from the background. */
export function thing(
	random: Random,
	domain: Domain,
	{
		label,
		place,
		background,
		grain = 1,
	}: { label: number; place: Place; background: Paint; grain?: number },
): Thing {
	const kind = Object.values(domain.classes)[label] as ShapeClass;
	const isHinted = random.uniform() < hintedShare;
	const anyTexture = pick(random, domain.textures);
	return {
		label,
		outline: posed(random, kind, place),
		radius: place.radius,
		paint: contrasting(random, isHinted ? kind.texture : anyTexture, {
			background,
			grain,
		}),
	};
}

export const pick = <Value>(random: Random, values: readonly Value[]): Value =>
	values[random.integer(0, values.length)] as Value;

/** A place beside the main thing that may touch or cover a part of it. */
function besides(random: Random, main: Place): Place {
	for (;;) {
		const place = {
			x: random.uniform(0.05, 0.95),
			y: random.uniform(0.05, 0.95),
			radius: random.uniform(0.1, 0.17),
		};
		const apart = Math.hypot(place.x - main.x, place.y - main.y);
		if (apart > main.radius) return place;
	}
}

/** Light and haze of a scene. */
export const air = (
	random: Random,
): Pick<Scene, "light" | "shadow" | "haze"> => ({
	light: random.uniform(0, turn),
	shadow: random.uniform(0, 0.6),
	haze: {
		gray: random.uniform(0.3, 0.9),
		share: mostHaze * random.uniform() ** 2,
	},
});

/**
 * The scene at an index, the same for everyone: one large thing, and up to three small ones around it,
 * behind or in front of it.
 *
 * Classes take turns, so that any run of indices holds about as many of each.
 */
export function scene(domain: Domain, key: SceneKey): Scene {
	checkArgument("scene", ["domain", domain], domainCheck);
	checkOptions("scene", key, checks);
	const { split, index, seed = 0 } = key;
	const random = new Random("shapes", domain.name, split, index, seed);
	const count = Object.keys(domain.classes).length;
	const label = index % count;
	const background = paint(random, pick(random, domain.textures));
	const radius = random.uniform(0.27, 0.42);
	const reach = 0.62 - radius;
	const main = {
		x: 0.5 + random.uniform(-reach, reach),
		y: 0.5 + random.uniform(-reach, reach),
		radius,
	};
	const things = [thing(random, domain, { label, place: main, background })];
	for (let rest = random.integer(0, 3); rest > 0; rest--) {
		const small = thing(random, domain, {
			label: random.integer(0, count),
			place: besides(random, main),
			background,
		});
		if (random.uniform() < 0.3) things.unshift(small);
		else things.push(small);
	}
	return {
		label,
		things,
		background,
		...air(random),
	};
}

import { Random } from "../../random.js";
import type { Domain } from "./domain.js";
import {
	air,
	type Place,
	paint,
	pick,
	type Scene,
	type SceneKey,
	thing,
} from "./scene.js";

const fewest = 4;
const most = 7;
const attempts = 30;
/** Things and textures are half as large as where one thing fills the picture. */
const radii = [0.12, 0.22] as const;
const grain = 0.5;
/** How near two things may come, in sums of their radii. */
const nearest = 0.75;

/** Places for up to so many things, which overlap little; there is always one. */
function places(random: Random, count: number): Place[] {
	const found: Place[] = [];
	for (let i = 0; i < attempts && found.length < count; i++) {
		const place = {
			x: random.uniform(0.08, 0.92),
			y: random.uniform(0.08, 0.92),
			radius: random.uniform(...radii),
		};
		const isFree = found.every(
			({ x, y, radius }) =>
				Math.hypot(x - place.x, y - place.y) >
				nearest * (radius + place.radius),
		);
		if (isFree) found.push(place);
	}
	return found;
}

/**
 * The crowded scene at an index, the same for everyone: four to seven things of any class, next to and partly
 * behind each other, half as large as the one of `scene`.
 *
 * At twice the size they look to a network as those of `scene` do. Its label is the class of the largest.
 */
export function crowdedScene(
	domain: Domain,
	{ split, index, seed = 0 }: SceneKey,
): Scene {
	const random = new Random("crowd", domain.name, split, index, seed);
	const classes = Object.keys(domain.classes).length;
	const background = paint(random, pick(random, domain.textures), grain);
	const count = random.integer(fewest, most + 1);
	const things = places(random, count).map((place) =>
		thing(random, domain, {
			label: random.integer(0, classes),
			place,
			background,
			grain,
		}),
	);
	const largest = things.reduce((a, b) => (b.radius > a.radius ? b : a));
	return { label: largest.label, things, background, ...air(random) };
}

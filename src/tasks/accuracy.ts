import type { Metric } from "./task.js";

/** The share of predicted classes that are right, in percent. */
export function accuracy(): Metric<number, number> &
	Required<Pick<Metric<number, number>, "hit">> {
	let right = 0;
	let count = 0;
	const hit = (prediction: number, target: number): boolean =>
		prediction === target;
	return {
		hit,
		add(prediction, target) {
			count++;
			if (hit(prediction, target)) right++;
		},
		value() {
			if (count === 0)
				throw new Error("there is no accuracy of no predictions");
			return (100 * right) / count;
		},
	};
}

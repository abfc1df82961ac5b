/**
 * How likely a t of `degrees` degrees of freedom, a whole number, is nearer to 0 than `t`.
 *
 * Source: Abramowitz and Stegun, 26.7.3 and 26.7.4.
 */
function centralShare(t: number, degrees: number): number {
	const angle = Math.atan(Math.abs(t) / Math.sqrt(degrees));
	const square = Math.cos(angle) ** 2;
	const isOdd = degrees % 2 === 1;
	let term = isOdd ? Math.cos(angle) : 1;
	let sum = 0;
	for (let k = isOdd ? 3 : 2; k <= degrees; k += 2) {
		sum += term;
		term *= (square * (k - 1)) / k;
	}
	const share = Math.sin(angle) * sum;
	return isOdd ? (2 / Math.PI) * (angle + share) : share;
}

/** How likely a t of `degrees` degrees of freedom is as far from 0 as `t`, or farther, on either side. */
export const twoSided = (t: number, degrees: number): number =>
	1 - centralShare(t, degrees);

/** The t within which, on both sides of 0, lies `share` of the distribution, a number from 0 to below 1. */
export function centralQuantile(share: number, degrees: number): number {
	let [low, high] = [0, Math.PI / 2];
	const tOf = (angle: number) => Math.tan(angle) * Math.sqrt(degrees);
	for (let i = 0; i < 60; i++) {
		const middle = (low + high) / 2;
		if (centralShare(tOf(middle), degrees) < share) low = middle;
		else high = middle;
	}
	return tOf((low + high) / 2);
}

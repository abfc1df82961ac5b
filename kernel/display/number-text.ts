const percentages =
	/^(clean|corrupted|drop|score|retention|mPC|rPC|CE|mCE|relativeMCE)(Low|High|Deviation)?(, published)?$/;

const longestAsIs = 6;

// beside others of its column, what is left of a sum that is nothing
const leastShare = 1e-9;

/** A number with so many digits after the point; nothing has no sign. */
function fixed(number: number, digits: number): string {
	const text = number.toFixed(digits);
	return Number(text) === 0 ? text.replace("-", "") : text;
}

/**
 * The numbers of a column with the digits that they deserve: whole numbers and short ones as they are, scores
 * in percent with one digit after the point, others with four that count.
 *
 * Of numbers on both sides of 0, such as differences, what is near it does not count.
 */
export function numberTexts(
	column: string,
	numbers: readonly number[],
): string[] {
	const finite = numbers.filter(Number.isFinite);
	const most = Math.max(...finite.map(Math.abs));
	const isNothing = (one: number) => Math.abs(one) <= leastShare * most;
	const sizes = finite.filter((one) => !isNothing(one)).map(Math.abs);
	const least = Math.min(...sizes);
	const text = (write: (number: number) => string) =>
		numbers.map((one) => (Number.isFinite(one) ? write(one) : String(one)));
	if (finite.every(Number.isInteger)) return text(String);
	// a score that is a share has no percent to round to
	if (percentages.test(column) && most > 1) return text((one) => fixed(one, 1));
	if (finite.every((one) => String(one).length <= longestAsIs))
		return text(String);
	const digits = Math.max(0, 3 - Math.floor(Math.log10(most)));
	const leastShown = 10 ** (digits > 0 ? -digits : 1);
	const isAroundNothing =
		finite.some((one) => one < 0) && finite.some((one) => one > 0);
	return digits <= 8 && (isAroundNothing || least >= leastShown)
		? text((one) => fixed(one, digits))
		: text((one) => ownDigits(isNothing(one) ? 0 : one));
}

/** A number with the four digits that count, whatever stands beside it. */
function ownDigits(number: number): string {
	const isSmall = Math.abs(number) < 1000;
	return String(Number(isSmall ? number.toPrecision(4) : number.toFixed(1)));
}

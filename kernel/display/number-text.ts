const percentages =
	/^(clean|corrupted|drop|score|retention|mPC|rPC|CE|mCE|relativeMCE)(Low|High|Deviation)?(, published)?$/;

const longestAsIs = 6;

/**
 * The numbers of a column with the digits that they deserve: whole numbers and short ones as they are, scores
 * in percent with one digit after the point, others with four that count.
 */
export function numberTexts(
	column: string,
	numbers: readonly number[],
): string[] {
	const finite = numbers.filter(Number.isFinite);
	const sizes = finite.map(Math.abs).filter((size) => size > 0);
	const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
	const text = (write: (number: number) => string) =>
		numbers.map((one) => (Number.isFinite(one) ? write(one) : String(one)));
	if (finite.every(Number.isInteger)) return text(String);
	// a score that is a share has no percent to round to
	if (percentages.test(column) && most > 1)
		return text((one) => one.toFixed(1));
	if (finite.every((one) => String(one).length <= longestAsIs))
		return text(String);
	const digits = Math.max(0, 3 - Math.floor(Math.log10(most)));
	return digits <= 8 && least >= 10 ** (1 - digits)
		? text((one) => one.toFixed(digits))
		: text((one) =>
				String(
					Number(Math.abs(one) < 1000 ? one.toPrecision(4) : one.toFixed(1)),
				),
			);
}

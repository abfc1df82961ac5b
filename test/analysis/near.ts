import assert from "node:assert/strict";

/** Checks that numbers differ by at most `tolerance`. */
export function near(
	actual: unknown,
	expected: number,
	tolerance = 1e-9,
): void {
	assert.ok(
		Math.abs((actual as number) - expected) <= tolerance,
		`${actual} is not within ${tolerance} of ${expected}`,
	);
}

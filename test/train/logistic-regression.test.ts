/** Logistic regression as scikit-learn has it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
	type Features,
	type LinearLayer,
	logisticRegression,
	logitsOf,
	unstandardized,
} from "../../src/train/logistic-regression.js";
import { minimize } from "../../src/train/minimize.js";

interface Numbers {
	readonly values: number[];
	readonly targets: number[];
}
interface Case {
	readonly classes: number;
	readonly size: number;
	readonly C: number[];
	readonly train: Numbers;
	readonly heldOut: Numbers;
	readonly scores: number[];
	readonly best: number;
	readonly fits: { weight: number[][]; bias: number[]; logits: number[][] }[];
}

const cases = JSON.parse(
	readFileSync(
		new URL(
			"../../../test/fixtures/train/logistic-regression.json",
			import.meta.url,
		),
		"utf8",
	),
) as Readonly<Record<"several" | "two", Case>>;

const featuresOf = (size: number, { values, targets }: Numbers): Features => ({
	values: Float64Array.from(values),
	size,
	targets,
});

const close = (
	found: ArrayLike<number>,
	wanted: ArrayLike<number>,
	by: number,
) => {
	assert.equal(found.length, wanted.length);
	Array.from(wanted).forEach((value, i) => {
		const off = Math.abs((found[i] as number) - value);
		assert.ok(off <= by * (1 + Math.abs(value)), `${found[i]} for ${value}`);
	});
};

function shareOfRight(data: Features, layer: LinearLayer): number {
	const logits = logitsOf(data, layer);
	const classes = layer.bias.length;
	const right = data.targets.filter((target, n) => {
		const own = logits.subarray(n * classes, (n + 1) * classes);
		return own.indexOf(Math.max(...own)) === target;
	});
	return right.length / data.targets.length;
}

const exact = { iterations: 5000, tolerance: 1e-10 };

describe("logistic regression", () => {
	for (const [name, known] of Object.entries(cases)) {
		const { classes, size, C, train, heldOut } = known;
		const [own, other] = [train, heldOut].map((part) => featuresOf(size, part));

		test(`of ${name} classes is that of scikit-learn at each C`, async () => {
			for (const [i, strength] of C.entries()) {
				const fit = known.fits[i] as Case["fits"][number];
				const found = await logisticRegression(own!, {
					...{ classes, C: [strength], ...exact },
				});
				assert.deepEqual(found.unfinished, []);
				const logits = logitsOf(other!, found);
				// Of two classes scikit-learn has the difference of the logits.
				const compared =
					classes === 2
						? heldOut.targets.map(
								(_, n) =>
									(logits[2 * n + 1] as number) - (logits[2 * n] as number),
							)
						: logits;
				close(compared, fit.logits.flat(), 1e-5);
				if (classes > 2) close(found.weight, fit.weight.flat(), 1e-5);
			}
		});

		test(`of ${name} classes chooses the first best C on held-out data, warm-started`, async () => {
			const found = await logisticRegression(own!, {
				...{ classes, C, ...exact },
				score: (layer) => shareOfRight(other!, layer),
			});
			close(found.scores, known.scores, 1e-12);
			assert.equal(found.C, C[known.best]);
			const { logits } = known.fits[known.best] as Case["fits"][number];
			if (classes > 2) close(logitsOf(other!, found), logits.flat(), 1e-5);
		});
	}

	test("is for the features as they are: w / s and b - sum(w) m / s give the same logits", () => {
		const layer = {
			weight: Float64Array.of(1, -2, 0.5, 3),
			bias: Float64Array.of(0.25, -1),
		};
		const [mean, deviation] = [40, 0.125];
		const values = Float64Array.of(40.1, 39.7, 41, 40);
		const targets = [0, 1];
		const standard = values.map((value) => (value - mean) / deviation);
		close(
			logitsOf(
				{ values, size: 2, targets },
				unstandardized(layer, { mean, deviation }),
			),
			logitsOf({ values: standard, size: 2, targets }, layer),
			1e-10,
		);
	});

	test("says which C the iterations do not suffice for, and refuses features that are all the same", async () => {
		const { classes, size, train } = cases.several;
		const found = await logisticRegression(featuresOf(size, train), {
			...{ classes, C: [1e-7, 100], iterations: 2, tolerance: 1e-8 },
		});
		assert.ok(found.unfinished.includes(100));
		assert.equal(found.C, 100);
		const flat = { values: [1, 1, 1, 1], targets: [0, 1] };
		await assert.rejects(
			logisticRegression(featuresOf(2, flat), { ...exact, classes: 2, C: [1] }),
			/standard deviation 0: nothing can be told apart/,
		);
	});
});

test("minimize finds the minimum of an ill-conditioned valley, and stops where it is told", async () => {
	const scales = [1, 1e4, 1e-2];
	const center = [3, -2, 7];
	const valley = (at: Float64Array, slope: Float64Array): number => {
		let value = 0;
		scales.forEach((scale, i) => {
			const off = (at[i] as number) - (center[i] as number);
			value += (scale * off ** 2) / 2;
			slope[i] = scale * off;
		});
		return value;
	};
	const found = await minimize(valley, new Float64Array(3), {
		...{ iterations: 200, tolerance: 1e-10 },
	});
	assert.ok(found.converged);
	close(found.at, center, 1e-7);
	await assert.rejects(
		minimize(valley, new Float64Array(3), {
			...{ iterations: 200, tolerance: 1e-10 },
			between: () => Promise.reject(new Error("enough")),
		}),
		/enough/,
	);
});

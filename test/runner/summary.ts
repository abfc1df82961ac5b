import { Transform } from "node:stream";
import { wantOfData } from "../shared-data.js";
import type { TestEvent } from "./run-files.js";

const figures = [
	"tests",
	"suites",
	"pass",
	"fail",
	"cancelled",
	"skipped",
	"todo",
] as const;

/** How tests ended, and how many were not run, by the reason they gave. */
export interface Summary {
	readonly counts: Record<(typeof figures)[number], number>;
	readonly skips: ReadonlyMap<string, number>;
}

/** Whether this is what Node's runner says at the end of a file of the file as a whole. */
const isTotal = ({ type, data }: TestEvent) =>
	type === "test:summary" ||
	(data.file === undefined &&
		(type === "test:plan" || type === "test:diagnostic"));

const diagnostic = (message: string): TestEvent => ({
	type: "test:diagnostic",
	data: { nesting: 0, message },
});

/** Adds up what is said of each file, says that at the end, and passes on everything else. */
export function summarize(): {
	readonly summary: Summary;
	readonly stream: Transform;
} {
	const counts = Object.fromEntries(
		figures.map((name) => [name, 0]),
	) as Summary["counts"];
	const skips = new Map<string, number>();
	const began = performance.now();
	const add = (message = "") => {
		const [name, count] = message.split(" ");
		const figure = figures.find((figure) => figure === name);
		if (figure) counts[figure] += Number(count);
	};
	const stream = new Transform({
		objectMode: true,
		transform(event: TestEvent, _, done) {
			const { type, data } = event;
			if (type === "test:pass" && data.skip) {
				const reason = String(data.skip);
				skips.set(reason, (skips.get(reason) ?? 0) + 1);
			}
			if (isTotal(event)) {
				add(data.message);
				done();
			} else done(null, event);
		},
		flush(done) {
			for (const name of figures)
				this.push(diagnostic(`${name} ${counts[name]}`));
			const milliseconds = Math.round(performance.now() - began);
			this.push(diagnostic(`duration_ms ${milliseconds}`));
			done();
		},
	});
	return { summary: { counts, skips }, stream };
}

const sum = (skips: readonly (readonly [string, number])[]) =>
	skips.reduce((total, [, count]) => total + count, 0);

/** The last lines: what was not run, why, and where it runs; then how many passed and failed. */
export function summaryText({ counts, skips }: Summary): string {
	const { pass, fail, cancelled, skipped, todo } = counts;
	const isData = ([reason]: readonly [string, number]) =>
		reason.startsWith(wantOfData);
	const reasons = [...skips].sort(([a], [b]) => (a < b ? -1 : 1));
	const data = reasons.filter(isData);
	const others = reasons.filter((reason) => !isData(reason));
	const lines = (some: typeof reasons) =>
		some.map(([reason, count]) => `  ${count} × ${reason}`);
	return [
		"",
		...(data.length > 0
			? [
					`skipped for want of real data: ${sum(data)}; they run where these stand beside the checkout`,
					...lines(data),
				]
			: []),
		...(others.length > 0
			? [`skipped for other reasons: ${sum(others)}`, ...lines(others)]
			: []),
		`${pass} passed, ${fail + cancelled} failed, ${skipped + todo} skipped`,
		"",
	].join("\n");
}

/** Runs test files beside each other with Node's own runner; one that hangs is stopped and named. */
import { basename } from "node:path";
import { Readable } from "node:stream";
import { run } from "node:test";

/** An event of Node's runner, as its reporters get it. */
export interface TestEvent {
	readonly type: string;
	readonly data: {
		readonly name?: string;
		readonly nesting?: number;
		readonly file?: string;
		readonly message?: string;
		readonly skip?: string | boolean;
	};
}

/** Rings when nothing has been heard for too long. */
export interface Alarm {
	heard(event: TestEvent): void;
	stop(): void;
}

/** Makes the alarm of one file; `ring` stops the file. */
export type AlarmMaker = (ring: () => void) => Alarm;

/** An alarm that rings after so many minutes in which no test began, ended or wrote anything. */
export const silenceAlarm =
	(minutes: number): AlarmMaker =>
	(ring) => {
		const start = () => setTimeout(ring, 60_000 * minutes);
		let timer = start();
		const stop = () => clearTimeout(timer);
		const heard = () => {
			stop();
			timer = start();
		};
		return { heard, stop };
	};

/** The tests of a file that have begun and not ended, the innermost last. */
function runningTests() {
	const running: string[] = [];
	return {
		running,
		follow({ type, data: { name = "" } }: TestEvent): void {
			if (type === "test:dequeue") running.push(name);
			const at = type === "test:complete" ? running.lastIndexOf(name) : -1;
			if (at >= 0) running.splice(at, 1);
		},
	};
}

/** Whether an event ends what its file has reported so far, so that events of another may follow it. */
const endsGroup = ({ type, data }: TestEvent) =>
	data.nesting === 0 && (type === "test:pass" || type === "test:fail");

/** Runs one file; its events are handed on in groups of whole tests. */
async function runFile(
	file: string,
	makeAlarm: AlarmMaker,
	report: (events: readonly TestEvent[]) => void,
): Promise<void> {
	const controller = new AbortController();
	const { running, follow } = runningTests();
	const alarm = makeAlarm(() => {
		const test = running.at(-1);
		const where = test === file || !test ? "it" : `its test "${test}"`;
		const reason = `${basename(file)} is stopped: nothing has happened for too long, and ${where} has not ended`;
		controller.abort(new Error(reason));
	});
	let group: TestEvent[] = [];
	for await (const event of run({
		files: [file],
		signal: controller.signal,
	}) as AsyncIterable<TestEvent>) {
		follow(event);
		alarm.heard(event);
		group.push(event);
		if (!endsGroup(event)) continue;
		report(group);
		group = [];
	}
	alarm.stop();
	report(group);
}

/**
 * Runs files, so many at a time, in the order given.
 *
 * Gives the events of all of them as one stream, in which those of a test follow each other. A hung file
 * fails with the name of the test that hangs; nothing else has a limit.
 */
export function runFiles(
	files: readonly string[],
	{
		concurrency,
		alarm,
	}: { readonly concurrency: number; readonly alarm: AlarmMaker },
): Readable {
	const events = new Readable({ objectMode: true, read() {} });
	const report = (group: readonly TestEvent[]) => {
		for (const event of group) events.push(event);
	};
	const waiting = [...files];
	const work = async () => {
		for (let file = waiting.shift(); file; file = waiting.shift())
			await runFile(file, alarm, report);
	};
	void Promise.all(Array.from({ length: concurrency }, work)).then(
		() => events.push(null),
		(error: Error) => events.destroy(error),
	);
	return events;
}

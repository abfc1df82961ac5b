/** Runs the file that hangs, with an alarm that rings once the test that hangs has begun. */
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { type AlarmMaker, runFiles } from "./run-files.js";
import { summarize, summaryText } from "./summary.js";

const file = fileURLToPath(new URL("./hanging.js", import.meta.url));

const alarm: AlarmMaker = (ring) => ({
	heard: ({ type, data }) => {
		if (type === "test:dequeue" && data.name === "hangs") ring();
	},
	stop: () => {},
});

const { summary, stream } = summarize();
runFiles([file], { concurrency: 2, alarm })
	.compose(stream)
	.compose(new spec())
	.on("end", () => process.stdout.write(summaryText(summary)))
	.pipe(process.stdout);

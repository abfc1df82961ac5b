/** Reads one checkpoint and prints how long that took and the most memory the process had. */
import { readCheckpoint } from "../../src/checkpoint/read.js";
import { print } from "./report.js";

const start = performance.now();
const { tensors } = readCheckpoint(process.argv[2] as string);
const milliseconds = performance.now() - start;
const peakBytes = 1024 * process.resourceUsage().maxRSS;
const count = Object.keys(tensors).length;
print(JSON.stringify({ milliseconds, peakBytes, tensors: count }));

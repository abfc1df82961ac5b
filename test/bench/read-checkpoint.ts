/**
 * Reads one checkpoint and prints how long that took and the most memory the process had; with a second
 * path it then writes the tensors there, as `.safetensors`.
 */
import { readCheckpoint } from "../../src/checkpoint/read.js";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.js";
import { print } from "./report.js";

const [from = "", to] = process.argv.slice(2);
const start = performance.now();
const { tensors } = await readCheckpoint(from);
const milliseconds = performance.now() - start;
const peakBytes = 1024 * process.resourceUsage().maxRSS;
if (to) writeSafetensors(to, tensors);
print(JSON.stringify({ milliseconds, peakBytes }));

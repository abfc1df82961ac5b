/**
 * Adds two numbers on an execution provider, in a process of its own: where there is no adapter, some end theirs.
 *
 * `node gpu-probe.js <provider>` prints why it does not work, as JSON, or null.
 */
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";

const [provider = ""] = process.argv.slice(2);

async function reason(): Promise<string | null> {
	try {
		await useEngine("onnxruntime", {
			executionProviders: [provider, "cpu"],
		});
		const double = compile((x: tf.Tensor) => tf.add(x, x));
		const [made] = double(tf.scalar(2)).dataSync();
		return made === 4 ? null : `2 + 2 is ${made}`;
	} catch (error) {
		return (error as Error).message;
	}
}

process.stdout.write(`${JSON.stringify({ reason: await reason() })}\n`);
process.exit();

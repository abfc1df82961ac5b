import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const doors = ["index", "parts"].map((door) =>
	fileURLToPath(new URL(`../../src/${door}.js`, import.meta.url)),
);
const tensorflow = fileURLToPath(import.meta.resolve("@tensorflow/tfjs"));

/**
 * What a program prints that has just loaded TensorFlow.js as `tf` and the library as `library`; `before`
 * runs before that.
 */
export function inNewProcess(
	code: string,
	environment: Record<string, string> = {},
	before = "",
): { stdout: string; stderr: string } {
	const source = `
		${before}
		const tf = await import(${JSON.stringify(tensorflow)});
		const library = {
			...(await import(${JSON.stringify(doors[0])})),
			...(await import(${JSON.stringify(doors[1])})),
		};
		${code}`;
	const { stdout, stderr } = spawnSync(
		process.execPath,
		["--input-type=module", "--eval", source],
		{ encoding: "utf8", env: { ...process.env, ...environment } },
	);
	return { stdout, stderr };
}

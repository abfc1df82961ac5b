import { StringDecoder } from "node:string_decoder";

type Write = typeof process.stdout.write;

/** Sends everything written to standard output and error to the notebook instead. */
export function captureStreams(
	publish: (name: "stdout" | "stderr", text: string) => void,
): void {
	for (const name of ["stdout", "stderr"] as const) {
		const decoder = new StringDecoder("utf8");
		const write = (
			chunk: string | Uint8Array,
			encoding?: BufferEncoding | (() => void),
			done?: () => void,
		) => {
			const text =
				typeof chunk !== "string"
					? decoder.write(Buffer.from(chunk))
					: typeof encoding === "string" && !/^utf-?8$/i.test(encoding)
						? Buffer.from(chunk, encoding).toString()
						: chunk;
			if (text) publish(name, text);
			const callback = typeof encoding === "function" ? encoding : done;
			if (callback) process.nextTick(callback);
			return true;
		};
		process[name].write = write as Write;
	}
}

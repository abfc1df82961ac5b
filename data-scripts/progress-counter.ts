const width = 30;

/**
 * Draws a bar on standard error that fills as `(done, total)` is reported, with the speed and the time left.
 *
 * Where standard error is no terminal, writes a line for each tenth instead.
 */
export function progressCounter(
	what: string,
	stream: NodeJS.WriteStream = process.stderr,
): (done: number, total: number) => void {
	const start = performance.now();
	let first: number | undefined;
	let tenth = -1;
	return (done, total) => {
		first ??= done;
		const share = total === 0 ? 1 : done / total;
		const seconds = (performance.now() - start) / 1000;
		const speed = (done - first) / Math.max(seconds, 1e-3);
		const left = speed > 0 ? ` ${remaining((total - done) / speed)} left` : "";
		const line = `${done}/${total} ${what}, ${Math.floor(100 * share)} %, ${speed.toFixed(1)}/s,${left}`;
		if (stream.isTTY) {
			const filled = "#".repeat(Math.floor(share * width)).padEnd(width, ".");
			stream.write(`\r[${filled}] ${line}\x1b[K${share === 1 ? "\n" : ""}`);
		} else if (Math.floor(10 * share) > tenth) {
			tenth = Math.floor(10 * share);
			stream.write(`${line}\n`);
		}
	};
}

function remaining(seconds: number): string {
	if (seconds < 90) return `${Math.ceil(seconds)} s`;
	if (seconds < 5400) return `${Math.ceil(seconds / 60)} min`;
	return `${(seconds / 3600).toFixed(1)} h`;
}

/** A line that says how far a download is. */

const barLength = 24;
const windowMs = 5000;
const redrawMs = 100;

/** Bytes in megabytes, as in `102.5 MB`. */
export function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}

function clock(seconds: number): string {
	const whole = Math.ceil(seconds);
	const rest = String(whole % 60).padStart(2, "0");
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) return `${minutes}:${rest}`;
	return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** Name, share, bar, bytes, rate and time left; without a total only what is known. */
export function progressLine(
	name: string,
	done: number,
	{ total, rate }: { total: number | undefined; rate: number },
): string {
	const speed = rate > 0 ? `  ${megabytes(rate)}/s` : "";
	if (total === undefined) return `${name}  ${megabytes(done)}${speed}`;
	const share = total === 0 ? 1 : done / total;
	const filled = Math.round(share * barLength);
	const bar = "█".repeat(filled).padEnd(barLength, "░");
	const percent = `${Math.floor(100 * share)} %`.padStart(5);
	const left = rate > 0 ? `  ${clock((total - done) / rate)} left` : "";
	return `${name} ${percent} ${bar} ${megabytes(done)} of ${megabytes(total)}${speed}${left}`;
}

/** Bytes per second over the last few seconds. */
export class Rate {
	readonly #samples: { readonly at: number; readonly done: number }[] = [];

	/** Takes up how many bytes there are at a time in milliseconds, and gives the rate so far. */
	update(done: number, at: number): number {
		const samples = this.#samples;
		// A download that begins anew has no rate yet.
		if (done < (samples.at(-1)?.done ?? 0)) samples.length = 0;
		samples.push({ at, done });
		while (samples.length > 2 && at - (samples[0]?.at ?? at) > windowMs)
			samples.shift();
		const first = samples[0] as { at: number; done: number };
		return at > first.at ? (1000 * (done - first.done)) / (at - first.at) : 0;
	}
}

interface Output {
	readonly isTTY?: boolean;
	readonly columns?: number;
	write(text: string): unknown;
}

export interface ProgressBar {
	update(done: number, total: number | undefined): void;
	/** Leaves the last state, and the cursor at the beginning of a line. */
	end(): void;
}

/** Draws progress: on a terminal in one line that is drawn again, elsewhere in a line for each tenth. */
export function progressBar(name: string, output: Output): ProgressBar {
	const rate = new Rate();
	let drawnAt = Number.NEGATIVE_INFINITY;
	let drawnTenth = -1;
	let line = "";
	const draw = () => {
		if (output.isTTY) output.write(`\r\x1b[K${line.slice(0, output.columns)}`);
		else output.write(`${line}\n`);
	};
	return {
		update(done, total) {
			const at = performance.now();
			line = progressLine(name, done, { total, rate: rate.update(done, at) });
			const tenth = total ? Math.floor((10 * done) / total) : 0;
			const due = output.isTTY
				? at - drawnAt >= redrawMs
				: tenth !== drawnTenth;
			if (!due) return;
			drawnAt = at;
			drawnTenth = tenth;
			draw();
		},
		end() {
			if (!output.isTTY || line === "") return;
			draw();
			output.write("\n");
		},
	};
}

/** Milliseconds of an update for whose end those who end a process may not wait: Jupyter does so for 2.5 s, then twice as long. */
const long = 2000;

/** How much longer than a save the time before it has to be, where nothing else asks for it. */
const worth = 20;

/**
 * Saves a run now and then: at least every so many seconds of training, and after each update that takes long.
 *
 * Who is killed in the midst of a long update so loses that one, and saving takes a twentieth of the time at most.
 * With an infinite number of seconds nothing is saved but by `now`.
 */
export function saves(save: () => void, seconds: number) {
	let savedAt = performance.now();
	let turnedAt = savedAt;
	let took = 0;
	const now = () => {
		const began = performance.now();
		save();
		savedAt = performance.now();
		took = savedAt - began;
	};
	return {
		now,
		/** Is to be called between updates. */
		turn(): void {
			const time = performance.now();
			const [since, update] = [time - savedAt, time - turnedAt];
			turnedAt = time;
			const isWorth = update > long && since > worth * took;
			if (since > 1000 * seconds || (isWorth && seconds < Infinity)) now();
		},
	};
}

const napMilliseconds = 10;

/**
 * Calls back after so many milliseconds of a machine that is not busy; returns a function that calls it off.
 *
 * They are counted in naps of this thread, each of which takes longer where others want the processor too:
 * so does whatever is waited for.
 */
export function waitPatiently(
	milliseconds: number,
	callback: () => void,
): () => void {
	let naps = Math.ceil(milliseconds / napMilliseconds);
	const timer = setInterval(() => {
		if (--naps > 0) return;
		clearInterval(timer);
		callback();
	}, napMilliseconds);
	return () => clearInterval(timer);
}

import type { HeldBy } from "./held-by.js";

/** How long a claim that is at work stands still at most, in milliseconds. */
const stillMilliseconds = 60_000;

/**
 * Remembers where claims stood, and tells which of them move: by this process' own clock, so that one that is seen for
 * the first time counts as moving.
 */
export function movingClaims(): (run: string, held: HeldBy) => boolean {
	const seen = new Map<string, { standing: string; since: number }>();
	return (run, { standing }) => {
		const before = seen.get(run);
		const now = performance.now();
		if (before?.standing === standing)
			return now - before.since < stillMilliseconds;
		seen.set(run, { standing, since: now });
		return true;
	};
}

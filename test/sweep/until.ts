import { setTimeout as delay } from "node:timers/promises";

const lookMilliseconds = 200;
/** Only to end a test that hangs. */
const longestMinutes = 15;

/** Asks again and again until an answer is right, and gives it; throws with the last one after minutes. */
export async function until<Answer>(
	ask: () => Promise<Answer>,
	isRight: (answer: Answer) => boolean,
	shown: (answer: Answer) => unknown = (answer) => answer,
): Promise<Answer> {
	const began = performance.now();
	for (;;) {
		const answer = await ask();
		if (isRight(answer)) return answer;
		if (performance.now() - began > 60_000 * longestMinutes)
			throw new Error(`still ${JSON.stringify(shown(answer))}`);
		await delay(lookMilliseconds);
	}
}

/**
 * How long a claim has to stand still, by the clock of the one who looks at it, to be taken over; in milliseconds.
 *
 * It moves on twelve times in that time. Tests make it shorter; all who write to one folder must agree on it.
 */
export const lease = { milliseconds: 60_000 };

/** How often a claim moves on, in milliseconds. */
export const beatMilliseconds = (): number => lease.milliseconds / 12;

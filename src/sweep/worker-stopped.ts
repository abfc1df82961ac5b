/** A signal has asked a worker to save what it has, and to end. */
export class WorkerStopped extends Error {
	override readonly name = "WorkerStopped";
	readonly signal: NodeJS.Signals;

	constructor(signal: NodeJS.Signals) {
		super(`${signal} asked the worker to save and to end`);
		this.signal = signal;
	}
}

import { readdirSync, readFileSync } from "node:fs";
import { cpus, freemem, hostname, totalmem } from "node:os";
import type { Content } from "../protocol/message.js";

/** Clock ticks of a second in `/proc`. */
const ticks = 100;

function read(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		// not Linux, or the process has ended
		return "";
	}
}

function threadsOf(pid: number): string[] {
	try {
		return readdirSync(`/proc/${pid}/task`);
	} catch {
		return [];
	}
}

/** Process ids of the children of a process, and of theirs. */
function descendants(pid: number): number[] {
	// each thread has children of its own
	const children = threadsOf(pid)
		.flatMap((thread) =>
			read(`/proc/${pid}/task/${thread}/children`).split(" "),
		)
		.filter(Boolean)
		.map(Number);
	return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Bytes of memory that a process has to itself, and its part of what it shares. */
function memoryOf(pid: number): number {
	const kilobytes = (text: string, name: string) =>
		Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
	const proportional = kilobytes(read(`/proc/${pid}/smaps_rollup`), "Pss");
	return (
		1024 * (proportional || kilobytes(read(`/proc/${pid}/status`), "VmRSS"))
	);
}

/** Seconds of processor time that a process has used. */
function secondsOf(pid: number): number {
	const text = read(`/proc/${pid}/stat`);
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticks;
}

interface Reading {
	readonly at: number;
	readonly seconds: ReadonlyMap<number, number>;
	readonly busy: number;
	readonly total: number;
}

function look(): Reading {
	const { user, system } = process.cpuUsage();
	const seconds = new Map([[process.pid, (user + system) / 1e6]]);
	for (const pid of descendants(process.pid)) seconds.set(pid, secondsOf(pid));
	const times = cpus().map((cpu) => cpu.times);
	const idle = times.reduce((sum, time) => sum + time.idle, 0);
	const total = times.reduce(
		(sum, time) => sum + Object.values(time).reduce((a, b) => a + b, 0),
		0,
	);
	return { at: performance.now(), seconds, busy: total - idle, total };
}

let before: Reading | undefined;

function virtualMemory(): Content {
	const total = totalmem();
	const listed = /^MemAvailable:\s+(\d+)/m.exec(read("/proc/meminfo"))?.[1];
	const available = listed ? 1024 * Number(listed) : freemem();
	const used = total - available;
	const percent = Math.round((1000 * used) / total) / 10;
	return { total, available, percent, used, free: freemem() };
}

/**
 * The content of a usage_reply: what the kernel, its child processes and the machine use.
 *
 * Shares of processors, in percent of one, are those since the last request; the first has that of the kernel's life.
 */
export function usage(): Content {
	const now = look();
	const span = before ? (now.at - before.at) / 1000 : process.uptime();
	let used = 0;
	for (const [pid, seconds] of now.seconds) {
		used += Math.max(0, seconds - (before?.seconds.get(pid) ?? 0));
	}
	const total = now.total - (before?.total ?? 0);
	const busy = now.busy - (before?.busy ?? 0);
	const host = before && total > 0 ? (100 * busy) / total : undefined;
	before = now;
	const memory = [...now.seconds.keys()].map(memoryOf);
	return {
		hostname: hostname(),
		pid: process.pid,
		kernel_cpu: (100 * used) / Math.max(span, 0.001),
		kernel_memory:
			memory.reduce((sum, bytes) => sum + bytes, 0) ||
			process.memoryUsage.rss(),
		...(host === undefined ? {} : { host_cpu_percent: host }),
		cpu_count: cpus().length,
		host_virtual_memory: virtualMemory(),
	};
}

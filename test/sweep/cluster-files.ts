import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";

/** What can be chosen of a cluster. */
export interface ClusterOptions {
	/** How many nodes, each with four cores and two GPUs that are none; 3 by default. */
	readonly nodes?: number;
	/** One more than the highest index of an array. */
	readonly maxArraySize?: number;
}

/** Ports of the loopback device that nothing listens on now. */
async function freePorts(count: number): Promise<number[]> {
	const servers = Array.from({ length: count }, () => createServer());
	const ports: number[] = [];
	for (const server of servers)
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			server.listen(0, "127.0.0.1", () => {
				const address = server.address();
				if (typeof address === "object" && address) ports.push(address.port);
				resolve();
			});
		});
	for (const server of servers)
		await new Promise((resolve) => server.close(resolve));
	return ports;
}

/** The paths of a cluster's folder. */
export const clusterFiles = (folder: string) => ({
	conf: join(folder, "slurm.conf"),
	gres: join(folder, "gres.conf"),
	state: join(folder, "state"),
	hosts: join(folder, "hosts"),
	key: join(folder, "munge.key"),
	socket: join(folder, "munge.socket"),
});

/**
 * Writes all that the daemons of a cluster read: `slurm.conf`, the key of munge, names of hosts; gives the nodes' names.
 *
 * Times are as short as Slurm allows, so that a test sees a node go down and a job come back within half a minute.
 */
export async function writeClusterFiles(
	folder: string,
	{ nodes = 3, maxArraySize = 1001 }: ClusterOptions,
): Promise<string[]> {
	const files = clusterFiles(folder);
	const [port, ...nodePorts] = await freePorts(nodes + 1);
	const names = nodePorts.map((_, i) => `node${i + 1}`);
	mkdirSync(files.state, { recursive: true });
	chmodSync(folder, 0o755);
	writeFileSync(files.key, randomBytes(128), { mode: 0o600 });
	writeFileSync(
		files.hosts,
		`127.0.0.1 localhost ${hostname()} ${names.join(" ")}\n`,
	);
	writeFileSync(
		files.gres,
		"Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n",
	);
	const settings = {
		ClusterName: "loopback",
		SlurmUser: "root",
		// A job that is requeued begins again once its credential has expired.
		AuthInfo: `socket=${files.socket},cred_expire=5`,
		SlurmctldHost: "localhost",
		SlurmctldPort: port,
		CommunicationParameters: "NoCtldInAddrAny,NoInAddrAny",
		StateSaveLocation: files.state,
		SlurmctldPidFile: join(folder, "slurmctld.own.pid"),
		SlurmdSpoolDir: join(folder, "spool-%n"),
		SlurmdPidFile: join(folder, "%n.own.pid"),
		SlurmdParameters: "config_overrides",
		ProctrackType: "proctrack/linuxproc",
		SelectType: "select/cons_tres",
		SelectTypeParameters: "CR_Core",
		GresTypes: "gpu",
		SchedulerParameters: "batch_sched_delay=0,bf_interval=1,sched_interval=1",
		SlurmdTimeout: 5,
		KillWait: 30,
		ReturnToService: 2,
		PreemptType: "preempt/partition_prio",
		PreemptMode: "REQUEUE",
		MaxArraySize: maxArraySize,
	};
	writeFileSync(
		files.conf,
		[
			...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
			...names.map(
				(name, i) =>
					`NodeName=${name} NodeAddr=127.0.0.1 Port=${nodePorts[i]} CPUs=4 RealMemory=8000 Gres=gpu:2`,
			),
			"PartitionName=main Nodes=ALL Default=YES PriorityTier=1",
			"PartitionName=urgent Nodes=ALL PriorityTier=2 PreemptMode=OFF",
			"",
		].join("\n"),
	);
	return names;
}

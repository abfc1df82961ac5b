import type { MessagePort } from "node:worker_threads";
import type { ScriptInfo } from "../debug/cell-path.js";
import type { Connection } from "../protocol/connection.js";
import type { Content, Message } from "../protocol/message.js";
import type { ChildRequest } from "./children.js";
import type { Outgoing, StreamPiece } from "./outbox.js";

/** What the main thread tells the socket thread. */
export type ToSockets =
	| { readonly kind: "send"; readonly message: Outgoing }
	| { readonly kind: "stream"; readonly piece: StreamPiece }
	/** The main thread has seen the interrupt. */
	| { readonly kind: "alive" }
	/** Asks for `drained` once every request received so far has been passed on. */
	| { readonly kind: "drain" }
	/** Code is about to run that the debugger has to know; `armed` answers. */
	| { readonly kind: "arm"; readonly scripts: readonly ScriptInfo[] }
	/** Runs a child process for the main thread, which waits for it. */
	| { readonly kind: "child"; readonly request: ChildRequest }
	/** The process was told to end: what runs is saved first. */
	| { readonly kind: "end" }
	/** The main thread has got a signal to interrupt what runs. */
	| { readonly kind: "interrupt" }
	/** The process is ending, and waits until the sockets are closed. */
	| { readonly kind: "quit" };

/** What the socket thread tells the main thread. */
export type ToMain =
	/** `hearsSignals` where SIGINT reaches the socket thread, whatever the main thread is doing. */
	| { readonly kind: "ready"; readonly hearsSignals: boolean }
	/** The sockets could not be bound. */
	| { readonly kind: "failed"; readonly reason: string }
	| {
			readonly kind: "request";
			readonly channel: "shell" | "control";
			readonly message: Message;
	  }
	| { readonly kind: "interrupt" }
	/** The process was told to end: all that runs is to stop. */
	| { readonly kind: "ending" }
	/** The running JavaScript has been terminated; for lack of memory, if there is a text that says so. */
	| { readonly kind: "terminated"; readonly reason?: string }
	| { readonly kind: "drained" }
	/** The debugger has set its breakpoints. */
	| { readonly kind: "armed" }
	| { readonly kind: "shutdown" };

/** What the socket thread is started with. */
export interface SocketSetup {
	readonly connection: Connection;
	readonly session: string;
	readonly kernelInfo: Content;
	readonly memory: Int32Array;
	readonly input: MessagePort;
	/** Carries what became of child processes. */
	readonly children: MessagePort;
	/** Bytes that the main thread's JavaScript heap may hold. */
	readonly heapLimit: number;
}

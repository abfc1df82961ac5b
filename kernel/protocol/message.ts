import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { userInfo } from "node:os";

/** The version of the Jupyter messaging protocol this kernel speaks. */
export const protocolVersion = "5.3";

export interface Header {
	readonly msg_id: string;
	readonly session: string;
	readonly username: string;
	readonly date: string;
	readonly msg_type: string;
	readonly version: string;
}

export type Content = Record<string, unknown>;

/** A message of the Jupyter protocol, as it arrives or leaves on one socket. */
export interface Message {
	/** Routing identities on ROUTER sockets, the topic on the publisher. */
	readonly identities: readonly Uint8Array[];
	readonly header: Header;
	/** The header of the request this message answers; `{}` when there is none. */
	readonly parent: Header | Record<string, never>;
	readonly metadata: Content;
	readonly content: Content;
	readonly buffers: readonly Uint8Array[];
}

const delimiter = Buffer.from("<IDS|MSG>");

function userName(): string {
	try {
		return userInfo().username;
	} catch {
		return "kernel";
	}
}

const username = userName();

/** A fresh header for a message of this session. */
export function createHeader(type: string, session: string): Header {
	return {
		msg_id: randomUUID(),
		session,
		username,
		date: new Date().toISOString(),
		msg_type: type,
		version: protocolVersion,
	};
}

function sign(key: string, parts: readonly Uint8Array[]): string {
	const hmac = createHmac("sha256", key);
	for (const part of parts) hmac.update(part);
	return hmac.digest("hex");
}

/** The frames of a message, signed with HMAC-SHA256; `content` may already be JSON. */
export function encode(
	message: Omit<Message, "content"> & { readonly content: Content | string },
	key: string,
): Uint8Array[] {
	const { header, parent, metadata, content } = message;
	const parts = [header, parent, metadata, content].map((part) =>
		Buffer.from(typeof part === "string" ? part : JSON.stringify(part)),
	);
	return [
		...message.identities,
		delimiter,
		Buffer.from(sign(key, parts)),
		...parts,
		...message.buffers,
	];
}

const isRecord = (value: unknown): value is Content =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function isHeader(value: unknown): value is Header & Content {
	return (
		isRecord(value) &&
		typeof value.msg_id === "string" &&
		typeof value.msg_type === "string" &&
		typeof value.session === "string"
	);
}

function parse(part: Uint8Array): unknown {
	try {
		return JSON.parse(Buffer.from(part).toString());
	} catch {
		return undefined;
	}
}

/** Reads signed messages and refuses forged, malformed and replayed ones. */
export class Decoder {
	readonly #seen = new Set<string>();

	constructor(
		readonly key: string,
		readonly remembered = 65536,
	) {}

	/** The message in the frames, or undefined when they are not one that was signed with the key. */
	decode(frames: readonly Uint8Array[]): Message | undefined {
		const at = frames.findIndex((frame) => delimiter.equals(frame));
		const [signature, ...rest] = frames.slice(at + 1);
		const parts = rest.slice(0, 4);
		if (at < 0 || !signature || parts.length < 4) return undefined;
		const expected = Buffer.from(sign(this.key, parts));
		if (
			signature.length !== expected.length ||
			!timingSafeEqual(signature, expected) ||
			this.#isReplay(expected.toString())
		) {
			return undefined;
		}
		const [header, parent, metadata, content] = parts.map(parse);
		if (!isHeader(header) || !isRecord(content)) return undefined;
		return {
			identities: frames.slice(0, at),
			header,
			parent: isHeader(parent) ? parent : {},
			metadata: isRecord(metadata) ? metadata : {},
			content,
			buffers: rest.slice(4),
		};
	}

	#isReplay(signature: string): boolean {
		if (this.#seen.has(signature)) return true;
		this.#seen.add(signature);
		if (this.#seen.size > this.remembered) {
			this.#seen.delete(this.#seen.values().next().value as string);
		}
		return false;
	}
}

import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
	createConnection,
	readConnection,
} from "../../../kernel/protocol/connection.js";
import {
	createHeader,
	Decoder,
	encode,
} from "../../../kernel/protocol/message.js";
import { scratchFolder } from "../session.js";

const folder = scratchFolder();

const message = (content: Record<string, unknown>) => ({
	header: createHeader("kernel_info_request", "session"),
	parent: {},
	metadata: {},
	content,
	identities: [Buffer.from("peer")],
	buffers: [Buffer.from([1, 2])],
});

test("a signed message comes back whole, once", () => {
	const decoder = new Decoder("key");
	const sent = message({ text: "ü🌳" });
	const frames = encode(sent, "key");
	assert.deepEqual(decoder.decode(frames), sent);
	assert.equal(decoder.decode(frames), undefined);
});

test("the signature is that of the protocol: HMAC-SHA256 over the four parts", () => {
	const header = '{"msg_id":"1","msg_type":"t","session":"s"}';
	const parts = [header, "{}", "{}", "{}"].map((part) => Buffer.from(part));
	// Python: hmac.new(b"key", b"".join(parts), "sha256").hexdigest()
	const signature =
		"cb02827c71a946a747d9a242670be1ea99e619fd37b1ff0ac462536995b83f18";
	const frames = [Buffer.from("<IDS|MSG>"), Buffer.from(signature), ...parts];
	assert.equal(new Decoder("key").decode(frames)?.header.msg_id, "1");
});

test("one wrong bit anywhere is enough to be refused", () => {
	const frames = encode(message({ code: "1" }), "key");
	for (let i = 1; i < 7; i++) {
		const changed = frames.map((frame) => Buffer.from(frame));
		changed[i]![0]! ^= 1;
		assert.equal(new Decoder("key").decode(changed), undefined, `frame ${i}`);
	}
	assert.equal(new Decoder("other").decode(frames), undefined);
});

test("connection files are private, and refused when they would be open", async () => {
	const { path, connection, remove } = await createConnection();
	assert.equal(statSync(path).mode & 0o777, 0o600);
	assert.deepEqual(readConnection(path), connection);
	remove();
	const refused = (change: object, why: RegExp) => {
		const file = join(folder, "connection.json");
		writeFileSync(file, JSON.stringify({ ...connection, ...change }));
		assert.throws(() => readConnection(file), why);
	};
	refused({ ip: "0.0.0.0" }, /listens on 127\.0\.0\.1 only/);
	refused({ ip: "example.org" }, /listens on/);
	refused({ key: "" }, /signed messages only/);
	refused({ signature_scheme: "none" }, /must be "hmac-sha256"/);
	refused({ hb_port: "x" }, /hb_port/);
});

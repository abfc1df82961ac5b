import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exportsOf } from "./exports.js";

const doors = exportsOf("index", "parts");
const front = doors.get("index") ?? [];
const parts = doors.get("parts") ?? [];

test("the front door has about a hundred names, and no name is at both doors", () => {
	assert.ok(front.length > 50 && front.length <= 120, `${front.length} names`);
	const atFront = new Set(front.map(({ name }) => name));
	assert.deepEqual(
		parts.map(({ name }) => name).filter((name) => atFront.has(name)),
		[],
	);
});

test("every name has a doc comment", () => {
	const bare = [...front, ...parts].filter(({ text }) => text === "");
	assert.deepEqual(
		bare.map(({ name }) => name),
		[],
	);
});

test("every type that a signature names can be imported", () => {
	const hidden = [...front, ...parts].flatMap(({ name, hidden }) =>
		hidden.map((type) => `${name}: ${type}`),
	);
	assert.deepEqual(hidden, []);
});

test("what the README imports is there", () => {
	const readme = readFileSync(
		new URL("../../../README.md", import.meta.url),
		"utf8",
	);
	const imports = [
		...readme.matchAll(
			/import (?:type )?\{([^}]*)\} from "robust-transfer(\/parts)?"/g,
		),
	];
	assert.ok(imports.length > 2);
	const missing = imports.flatMap(([, names = "", isParts]) => {
		const door = new Set((isParts ? parts : front).map(({ name }) => name));
		return names
			.split(",")
			.map((name) => name.trim())
			.filter((name) => name !== "" && !door.has(name));
	});
	assert.deepEqual(missing, []);
});

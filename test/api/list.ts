/** Prints what the doors of the library export; ends with 1 where a name has no doc comment. */
import { exportsOf } from "./exports.js";

for (const [door, names] of exportsOf("index", "parts")) {
	console.log(`${door}: ${names.length} names`);
	for (const { name, text } of names) {
		console.log(`  ${name.padEnd(30)} ${text.split("\n")[0]}`);
		if (text === "") process.exitCode = 1;
	}
}

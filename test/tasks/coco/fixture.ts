import { readFileSync } from "node:fs";

const folder = new URL(
	"../../../../test/fixtures/tasks/coco/",
	import.meta.url,
);

/** A recorded result of the reference. */
export const fixture = <Content>(name: string): Content =>
	JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Content;

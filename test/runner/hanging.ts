/** Tests of which one hangs and one fails; run by the test of the runner only. */
import { describe, test } from "node:test";

test("passes", () => {});
test("has no data", { skip: "needs ../shared/data/nothing" }, () => {});
test("fails", () => {
	throw new Error("as it should");
});
describe("a suite", () => {
	test("hangs", async () => {
		setInterval(() => {}, 1000);
		await new Promise(() => {});
	});
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { splitCell } from "../../kernel/language/magics.js";
import { magicNames } from "../../kernel/magics/table.js";
import { asFunction, timesText } from "../../kernel/magics/timeit.js";
import {
	plain,
	result,
	scratchFolder,
	shown,
	streamed,
	useKernel,
} from "./session.js";

const folder = scratchFolder({
	"steps/train.ts":
		'import { factor } from "./factor.js";\nexport const rate: number = 2 * factor;\nexport function fail() {\n\tthrow new Error("from the file");\n}\n',
	"steps/factor.ts": "export const factor = 21;\n",
	"notes.txt": "",
});
const kernel = useKernel({ folder });
const { run, show } = kernel;
const out = async (code: string) => streamed(await run(code));

test("_ and Out hold what cells have shown, In what they are", async () => {
	const first = Number((await run("20 + 1")).reply.execution_count);
	assert.equal(await show("_ * 2"), "42");
	await run("const silent = 1;");
	assert.equal(await show("_"), "42");
	assert.equal(await show(`Out[${first}] + Out[${first + 1}]`), "63");
	assert.equal(await show(`In[${first}]`), "'20 + 1'");
	assert.match(
		await show(`Out[${first + 2}]`),
		/RangeError: Out\[\d+\]: cell \d+ has shown no value/,
	);
	assert.match(await show("In[9999]"), /there is no cell 9999 yet/);
	assert.match(await show("Object.keys(Out)"), new RegExp(`'${first}'`));
	assert.match(await show("Out[1] = 3"), /TypeError|TS2542/);
	await run("({ a: 1 })");
	assert.equal(await show("_.a"), "1");
});

test("what a notebook calls _ is its own", async () => {
	assert.equal(await show("const _ = { chunk: 1 }; _.chunk"), "1");
	await run("5");
	assert.equal(await show("_.chunk"), "1");
	await run("%reset -f");
	await run("6");
	assert.equal(await show("_"), "6");
});

test("old objects that cells have shown can go, numbers stay", async () => {
	const first = Number((await run("[1]")).reply.execution_count);
	await run("7");
	for (let i = 0; i < 30; i++) await run(`[${i}]`);
	await run(
		"import v8 from 'node:v8'; import vm from 'node:vm'; v8.setFlagsFromString('--expose-gc'); const gc = vm.runInNewContext('gc'); for (let i = 0; i < 3; i++) { gc(); await new Promise((r) => setTimeout(r, 5)); }",
	);
	assert.match(
		await show(`Out[${first}]`),
		/RangeError: Out\[\d+\] is gone: only the last 30 objects/,
	);
	assert.equal(await show(`Out[${first + 1}]`), "7");
});

test("%lsmagic names every magic, and each explains itself", async () => {
	const listed = await out("%lsmagic");
	for (const name of magicNames) assert.ok(listed.includes(name), name);
	for (const code of ["%timeit?", "?%%bash"]) {
		const { reply } = await run(code);
		const [page] = reply.payload as { data: Record<string, string> }[];
		assert.match(page?.data["text/plain"] ?? "", /^%.*\n\n.*runs/);
	}
	assert.match(
		await show("%timit 1"),
		/there is no magic %timit; .*did you mean "%time(it)?"\?/,
	);
	assert.match(await show("%%bsh\nls"), /did you mean "%%bash"/);
});

test("%who and %whos list variables, %reset forgets them", async () => {
	await run(
		"const rates = new Float32Array(10); let n = 3; function go() { return n } interface T {}",
	);
	assert.match(await out("%who"), /\bgo {2}n {2}rates\b/);
	const table = await out("%whos");
	assert.match(table, /^rates +Float32Array\(10\) +Float32Array\(10\) \[ 0, /m);
	assert.match(table, /^n +number +3$/m);
	assert.match(table, /^go +function +function go\(\)$/m);
	const refused = await show("%reset");
	assert.match(refused, /this client cannot be asked: %reset -f does not ask/);
	const asked = (answer: string) =>
		kernel.client.execute("%reset", { onInput: () => answer });
	assert.match(streamed(await asked("n")), /nothing is forgotten/);
	assert.equal(await show("n"), "3");
	await asked("y");
	assert.equal(await out("%who"), "there are no variables\n");
	assert.match(await show("n"), /Cannot find name 'n'/);
	// and can be declared anew
	assert.equal(await show("const n = 'text'; n"), "'text'");
	await run("%reset out");
	assert.equal(await show("n"), "'text'");
	assert.match(await show("%reset all"), /%reset \[-f\] \[out\]: not all/);
});

test("%timeit and %%timeit time code that sees the notebook's variables", async () => {
	await run("let calls = 0; const work = async () => { calls++ };");
	const pattern =
		/^[\d.]+ (ns|µs|ms|s) ± [\d.]+ (ns|µs|ms|s) per loop \(mean ± std\. dev\. of 3 runs, 4 loops each\)\n$/;
	assert.match(await out("%timeit -n 4 -r 3 calls++"), pattern);
	assert.equal(await show("calls"), "12");
	assert.match(await out("%timeit -r 3 -n 4 await work()"), pattern);
	assert.equal(await show("calls"), "24");
	const cell =
		"%%timeit -n 4 -r 3\nlet own = 1;\nfor (let i = 0; i < 3; i++) calls += own;";
	assert.match(await out(cell), pattern);
	assert.equal(await show("calls"), "60");
	assert.match(await show("own"), /Cannot find name 'own'/);
	assert.match(await show("%timeit -n 0 calls"), /whole numbers from 1/);
	assert.match(await show("%timeit"), /%timeit has nothing to run/);
	const wrong = await show("%timeit missing(1)");
	assert.match(wrong, /In\[\d+\]:1:9 Cannot find name 'missing'/);
	const below = await show("%%timeit\n1;\nmissing(1)");
	assert.match(below, /In\[\d+\]:3:1 Cannot find name 'missing'/);
});

test("times are told in units that fit them", () => {
	assert.equal(
		timesText([1500, 1500], 1),
		"1.5 s ± 0 ns per loop (mean ± std. dev. of 2 runs, 1 loop)\n",
	);
	// mean 3 µs, deviation 1 µs
	assert.match(
		timesText([0.002, 0.004], 10_000),
		/^3 µs ± 1 µs .*10,000 loops/,
	);
	assert.equal(
		asFunction("f(x);", { line: 0, column: 8 }).source,
		"(() => (f(x)\n))",
	);
	assert.ok(asFunction("await f()", { line: 0, column: 8 }).isAsync);
});

test("%time shows a value and how long it took", async () => {
	const cell = await run("%time 6 * 7");
	assert.equal(shown(cell), "42");
	assert.match(streamed(cell), /^Wall time: /);
});

test("%run runs a file in its own folder, as if it stood in the cell", async () => {
	assert.equal(await show("%run steps/train.ts\nrate"), "42");
	const failed = await show("fail()");
	assert.match(
		failed,
		/Error: from the file\n +at fail \(steps\/train\.ts:4:8\)/,
	);
	assert.match(failed, /----> 4 \tthrow/);
	assert.match(await show("%run steps/none.ts"), /none\.ts cannot be read/);
	assert.match(
		await show("%run notes.txt"),
		/takes a TypeScript or JavaScript/,
	);
});

test("! runs a command of the shell, %%bash a cell of them", async () => {
	await run("const planet = 'world'; const done = true;");
	const cell = await run(
		"!echo hello {planet} && pwd\n!printf '%s' '{none}'\n6",
	);
	assert.equal(streamed(cell), `hello world\n${folder}\n{none}`);
	assert.equal(shown(cell), "6");
	assert.equal(await show("!done"), "false");
	assert.equal(await show("!(1 > 2)"), "true");
	const failing = await run("!exit 3");
	assert.equal(failing.reply.status, "ok");
	assert.equal(streamed(failing, "stderr"), "(exit code 3)\n");
	const unknown = await run("!nosuchcommand");
	assert.match(streamed(unknown, "stderr"), /to negate a value, write it as/);
	const bash = "%%bash\nfor i in 1 2; do\n  echo $i\ndone";
	assert.equal(await out(bash), "1\n2\n");
	assert.match(await show("%%bash\nfalse"), /Error: bash failed: exit code 1/);
});

test("a command is interrupted with its cell", async () => {
	const cell = kernel.client.execute("!echo begun; sleep 600\n1", {
		onPublish: ({ content }) =>
			content.text === "begun\n" && void kernel.client.interrupt(),
	});
	assert.equal((await cell).reply.ename, "Interrupted");
	assert.equal(await show("2"), "2");
});

test("magics stand between statements too, and nowhere inside one", async () => {
	const cell = await run("const a = 1;\n%who\nconst b = a + 1;\n%time b * 21");
	assert.match(streamed(cell), /^a\b.*\nWall time/s);
	assert.equal(shown(cell), "42");
	const wrong = plain(await show("let c = 1;\n%env X = 1\nmissing"));
	assert.match(wrong, /In\[\d+\]:3:1 Cannot find name 'missing'/);
	const parts = (code: string, ...names: string[]) =>
		splitCell(code, (name) => names.includes(name)).parts.length;
	assert.equal(parts("7\n%env"), 2);
	assert.equal(parts("7\n%env", "env"), 1);
	assert.equal(parts("const env = 2;\n7\n%env"), 1);
	assert.equal(parts("`\n%env\n`"), 1);
	assert.equal(parts("f(\n%env\n)"), 1);
	assert.equal(parts("7\n%other"), 1);
	assert.equal(await show("`\n%env\n`.length"), "6");
});

test("is_complete reads magics", async () => {
	const status = async (code: string) =>
		(await kernel.client.request("is_complete_request", { code })).reply.content
			.status;
	assert.equal(await status("!ls -la {folder}"), "complete");
	assert.equal(await status("%%bash\nfor i in 1; do"), "complete");
	assert.equal(await status("%%timeit\nf("), "incomplete");
});

test("the value of a magic is the cell's", async () => {
	assert.deepEqual(result(await run("1;\n%who")), {});
});

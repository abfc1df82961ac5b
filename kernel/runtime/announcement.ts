import type { EmittedCell } from "../language/emit.js";

/** Declares a cell's names as getters and setters, the first thing the cell does. */
export function announcement({
	locals,
	namespaces,
	imports,
}: EmittedCell["names"]): string {
	const bindings = [
		...locals.map((name) => `${name}:[()=>${name},($v)=>{${name}=$v}]`),
		...namespaces.map((name) => `${name}:[()=>${name}]`),
	];
	const names = JSON.stringify(imports);
	// a closure over $cell keeps the bindings alive as long as any closure of the cell
	return `const $cell=$kernel.announce({${bindings.join(",")}},${names},()=>$cell);`;
}

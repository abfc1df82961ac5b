import { isOwn } from "../../src/own.js";

/** A setting of a recipe or an architecture as a phrase: `step, at 0.333, 0.667, factor 0.1`. */
export function settingText(value: unknown): string {
	if (value === null || value === undefined) return "none";
	if (typeof value === "number") return String(Number(value.toPrecision(3)));
	if (Array.isArray(value))
		return value.length === 0 ? "none" : value.map(settingText).join(", ");
	if (typeof value !== "object") return String(value);
	if (isOwn(value)) {
		const { name, options } = value;
		return settingText(options === undefined ? name : { name, options });
	}
	return Object.entries(value)
		.map(([key, part]) =>
			key === "name" || key === "family"
				? settingText(part)
				: `${key} ${settingText(part)}`,
		)
		.join(", ");
}

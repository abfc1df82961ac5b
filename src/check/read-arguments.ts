import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean } from "./did-you-mean.js";

/**
 * The options and other arguments of a command line, as `parseArgs` of Node reads them.
 *
 * Throws, for an option that there is not, which there are and the nearest one.
 */
export function readArguments<Config extends ParseArgsConfig>(
	config: Config,
): ReturnType<typeof parseArgs<Config>> {
	try {
		return parseArgs(config);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		const given = /'(-[^']*)'/.exec(message)?.[1];
		if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION" || given === undefined)
			throw error;
		const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
		throw new Error(
			known.length === 0
				? `there is no option ${given}, nor any other`
				: `there is no option ${given}; there are ${known.join(", ")}${didYouMean(given, known)}`,
			{ cause: error },
		);
	}
}

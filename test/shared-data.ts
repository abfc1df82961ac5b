import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** How the reasons begin that tests give which are skipped for want of real data. */
export const wantOfData = "needs ../shared/";

/**
 * Real data that is too large for a repository: a file or folder of `shared`, which stands beside the checkout.
 *
 * `skip` is why tests that need it are skipped, or false where it is there.
 */
export function sharedData(path: string): {
	readonly path: string;
	readonly skip: string | false;
} {
	const found = fileURLToPath(
		new URL(`../../../shared/${path}`, import.meta.url),
	);
	return {
		path: found,
		skip: existsSync(found) ? false : `${wantOfData}${path}`,
	};
}

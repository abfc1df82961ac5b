/** Everything that the doors of the library export. */
export * from "../../src/index.js";
export * from "../../src/parts.js";

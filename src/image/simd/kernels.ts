// AssemblyScript, of which `npm run build` makes WebAssembly: addresses count bytes in its memory. All functions may
// read and write up to 16 bytes beyond what they are given.

export * from "./jpeg-blocks";
export * from "./jpeg-color";
export { jpegFillTable } from "./jpeg-huffman";
export { jpegInverseBlocks } from "./jpeg-progressive";
export * from "./jpeg-scan";
export * from "./resize";

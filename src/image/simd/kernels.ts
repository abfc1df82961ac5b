// AssemblyScript, of which `npm run build` makes WebAssembly: addresses count bytes in its memory. All functions may
// read and write up to 16 bytes beyond what they are given, and some more, as they say.

export * from "./canny";
export * from "./channels";
export * from "./cubic";
export * from "./curves";
export * from "./deform";
export * from "./disk";
export * from "./displace";
export * from "./distance";
export * from "./draws";
export * from "./filter";
export * from "./hsv";
export * from "./jpeg-blocks";
export * from "./jpeg-color";
export { jpegFillTable } from "./jpeg-huffman";
export { jpegInverseBlocks } from "./jpeg-progressive";
export * from "./jpeg-scan";
export * from "./magnify";
export * from "./mix";
export * from "./multiply";
export * from "./neighborhood";
export * from "./noise";
export * from "./normals";
export * from "./planes";
export * from "./plasma";
export * from "./plasma-finest";
export * from "./poisson";
export * from "./resize";
export * from "./rows";
export * from "./shuffle";
export * from "./snow";
export * from "./spatter";
export * from "./weigh";

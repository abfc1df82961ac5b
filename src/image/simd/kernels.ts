// AssemblyScript, of which `npm run build` makes WebAssembly: addresses count bytes in its memory. All functions may
// read and write up to 16 bytes beyond what they are given, and some more, as they say.

export * from "./channels";
export * from "./cubic";
export * from "./disk";
export * from "./displace";
export * from "./draws";
export * from "./hsv";
export * from "./magnify";
export * from "./noise";
export * from "./plasma";
export * from "./resize";
export * from "./rows";
export * from "./shuffle";
export * from "./snow";
export * from "./weigh";

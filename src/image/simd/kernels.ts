// AssemblyScript, of which `npm run build` makes WebAssembly: addresses count bytes in its memory. All functions may
// read and write up to 16 bytes beyond what they are given.

export * from "./curves";
export * from "./deform";
export * from "./filter";
export * from "./mix";
export * from "./multiply";
export * from "./normals";
export * from "./resize";

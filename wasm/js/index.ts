export { LexgateError } from "./errors.js";
export type { BatchRequest, LoadOptions, Version } from "./lexgate.js";
export type * from "./generated.js";

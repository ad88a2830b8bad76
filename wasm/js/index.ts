export { LexgateError } from "./errors.js";
export type { BatchRequest, LoadOptions, PublicKey, Version } from "./lexgate.js";
export type * from "./generated.js";

export * from "./index.js";
export { Gateway } from "./gateway.js";

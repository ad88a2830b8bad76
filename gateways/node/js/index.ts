export type { Call, RawHeaders, Verdict } from "./call.js";
export { callOf, rawHeadersOf } from "./call.js";
export { GatewayError, type Problem, type Texts } from "./errors.js";
export { toAll, type DecisionSink, type EventOptions } from "./events.js";
export { dressed, protect, refused, type Upstream } from "./fetch.js";
export type { BundleVersion, GatewayOptions, Sources } from "./gateway.js";
export { TOKEN_TYPE, TokenVerifier, type TokenRefusal, type TokenRules, type Verified } from "./token.js";

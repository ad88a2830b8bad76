// A Worker in front of an upstream: only what the gateway allows gets there. Configuration, catalogue, status list and keys are
// bindings of this Worker, so a new deployment replaces all of them at once.
import module from "./lexgate-gateway.wasm";
import { Gateway, protect } from "lexgate-gateway/workers";

let gateway;

export default {
  async fetch(request, env) {
    // Made by the first call of an isolate. If something is wrong with a binding this throws, and every call fails.
    gateway ??= Gateway.create(module, { config: env.CONFIG, catalogue: env.CATALOGUE, status: env.STATUS, keys: env.KEYS });
    return protect(gateway, (allowed) => env.UPSTREAM.fetch(allowed))(request);
  },
};

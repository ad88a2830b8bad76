import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { Verdict } from "./call.js";
import type { Gateway } from "./gateway.js";
import { callOfIncoming, dress } from "./incoming.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The verdict by which the call passed. */
    lexgate: Verdict | null;
  }
}

/** What the plugin needs. */
export interface LexgateOptions {
  readonly gateway: Gateway;
}

/**
 * Lets a call reach any route of this instance only if the gateway allows it: `await app.register(lexgate, { gateway })`.
 * It runs before the body is read, and for calls without a route as well.
 */
export const lexgate: FastifyPluginAsync<LexgateOptions> = async (app, { gateway }) => {
  app.decorateRequest("lexgate", null);
  app.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
    // `originalUrl`, as a `rewriteUrl` of the host may have changed `url`.
    const verdict = await gateway.decide(callOfIncoming(request.raw, request.originalUrl));
    if (verdict.allow) {
      dress(request.raw, verdict);
      request.lexgate = verdict;
      return;
    }
    for (const [name, value] of verdict.headers ?? []) {
      reply.header(name, value);
    }
    return reply.code(verdict.status).send(verdict.body ?? "");
  });
};

// The hook holds for the instance that registers the plugin, not for one inside of it.
Object.assign(lexgate, { [Symbol.for("skip-override")]: true, [Symbol.for("fastify.display-name")]: "lexgate-gateway" });

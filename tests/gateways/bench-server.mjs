// One server for measurements: `node bench-server.mjs FRAMEWORK VARIANT`; says its port. `bare` verifies the token with the verifier of
// the package and answers; `gateway` puts the gateway before the same answer; `gateway-anew` remembers no verdict.
import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { Gateway, TokenVerifier } from "lexgate-gateway";
import { lexgate as forExpress } from "lexgate-gateway/express";
import { lexgate as forFastify } from "lexgate-gateway/fastify";
import { lexgate as forHono } from "lexgate-gateway/hono";
import { fixture } from "./wire.mjs";

const [framework, variant] = process.argv.slice(2);
/** Whether a token is verified once and then known, or every time. The same for all variants of a run. */
const remembered = process.env.REMEMBERED === "0" ? 0 : 1024;
const read = (name) => readFileSync(fixture(name), "utf8");
const rules = { issuers: ["https://grants.example.cn"], audience: "https://data.example.cn", algorithms: ["EdDSA", "ES256"], maxBytes: 8192, clockSkewSeconds: 0, remembered };
const verifier = new TokenVerifier(rules, JSON.parse(read("jwks.json")));
const gateway = Gateway.from(
  { config: read("gateway.yaml"), catalogue: read("catalogue.json"), status: read("status.json"), keys: read("jwks.json") },
  { rememberedTokens: remembered, ...(variant === "gateway-anew" ? { rememberedVerdicts: 0 } : {}) },
);

async function verified(authorization) {
  const token = authorization?.startsWith("Bearer ") ? authorization.slice(7) : "";
  const now = new Date();
  return (verifier.remembered(token, now) ?? (await verifier.verify(token, now))).claims !== undefined;
}

const bare = variant === "bare";
const path = "/datasets/:dataset/records";
const answer = (dataset) => ({ dataset, line: 5, position: [108.366, 22.817] });

const SERVERS = {
  async hono() {
    const app = new Hono();
    app.use(bare ? async (c, next) => ((await verified(c.req.header("authorization"))) ? next() : c.text("", 401)) : forHono(gateway));
    app.get(path, (c) => c.json(answer(c.req.param("dataset"))));
    return new Promise((yes) => serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => yes(port)));
  },
  async express() {
    const app = express();
    app.use(bare ? async (request, response, next) => ((await verified(request.headers.authorization)) ? next() : response.status(401).end()) : forExpress(gateway));
    app.get(path, (request, response) => response.json(answer(request.params.dataset)));
    const server = app.listen(0, "127.0.0.1");
    return new Promise((yes) => server.once("listening", () => yes(server.address().port)));
  },
  async fastify() {
    const app = fastify();
    if (bare) {
      app.addHook("onRequest", async (request, reply) => ((await verified(request.headers.authorization)) ? undefined : reply.code(401).send("")));
    } else {
      await app.register(forFastify, { gateway });
    }
    app.get(path, async (request) => answer(request.params.dataset));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return app.server.address().port;
  },
};

console.log(await SERVERS[framework]());

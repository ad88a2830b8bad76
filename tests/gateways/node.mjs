// The table against Hono, Express and Fastify on Node, with the package as it is built.
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { Gateway } from "lexgate-gateway";
import { lexgate as forExpress } from "lexgate-gateway/express";
import { lexgate as forFastify } from "lexgate-gateway/fastify";
import { lexgate as forHono } from "lexgate-gateway/hono";
import { Arrivals, fixture, GATEWAYS, run } from "./wire.mjs";

const listening = (server) => new Promise((yes) => (server.listening ? yes() : server.once("listening", yes))).then(() => server.address().port);

const HOSTS = {
  async hono(gateway, arrivals) {
    const app = new Hono();
    app.use(forHono(gateway));
    app.all("*", (c) => c.body(arrivals.note(c.env.incoming.url, [...c.req.raw.headers].flat())));
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    return { port: await listening(server), close: () => server.close() };
  },
  async express(gateway, arrivals) {
    const app = express();
    app.use(forExpress(gateway));
    app.use((request, response) => response.send(arrivals.note(request.originalUrl, request.rawHeaders)));
    const server = app.listen(0, "127.0.0.1");
    return { port: await listening(server), close: () => server.close() };
  },
  async fastify(gateway, arrivals) {
    const app = fastify();
    await app.register(forFastify, { gateway });
    app.all("*", (request, reply) => reply.send(arrivals.note(request.originalUrl, request.raw.rawHeaders)));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: app.server.address().port, close: () => app.close() };
  },
};

for (const [host, start] of Object.entries(HOSTS)) {
  const arrivals = new Arrivals();
  const ports = {};
  const servers = [];
  for (const [name, config] of Object.entries(GATEWAYS)) {
    const files = { config: fixture(config), catalogue: fixture("catalogue.json"), status: fixture("status.json"), keys: fixture("jwks.json") };
    const server = await start(await Gateway.open(files), arrivals);
    servers.push(server);
    ports[name] = server.port;
  }
  await run(host, ports, arrivals);
  for (const server of servers) server.close();
}
process.exit(0);

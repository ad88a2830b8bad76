import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { lexgate } from "lexgate-gateway/hono";
import { make, read, signed } from "./given.mjs";

const before = {
  "nobody has read the headers": () => {},
  "one has been read": (c) => c.req.header("accept"),
  "the token has been read": (c) => c.req.header("authorization"),
  "all have been read": (c) => [...c.req.raw.headers],
};

for (const forward of [false, true])
for (const [what, look] of Object.entries(before)) {
  test(`handlers see the headers of the verdict and no others when ${what}${forward ? ", with the token" : ""}`, async (t) => {
    const config = forward ? read("gateway.yaml").replace("token:\n", "token:\n  forward: true\n") : read("gateway.yaml");
    const app = new Hono();
    app.use((c, next) => {
      look(c);
      return next();
    });
    app.use(lexgate(make({}, { config })));
    app.get("*", (c) => c.json({ all: Object.fromEntries(c.req.raw.headers), decision: c.req.header("x-lexgate-decision"), rules: c.get("lexgate").rules }));
    const server = await new Promise((yes) => {
      const started = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => yes(started));
    });
    t.after(() => server.close());
    const { request } = await import("node:http");
    const headers = { host: "data.example.cn", authorization: `Bearer ${signed.opened.jwt}`, "x-lexgate-decision": "forged", "x-lexgate-other": "forged" };
    const body = await new Promise((yes, no) => {
      const asked = request({ host: "127.0.0.1", port: server.address().port, path: "/datasets/nanning-bus-positions/records?fields=line", headers }, async (answer) => {
        let text = "";
        for await (const part of answer) text += part;
        yes(JSON.parse(text));
      });
      asked.on("error", no).end();
    });
    assert.ok(!JSON.stringify(body).includes("forged"), JSON.stringify(body));
    assert.deepEqual(body.rules, ["gx-bigdata/41/4c"]);
    assert.equal(JSON.parse(body.decision).outcome, "permitted");
    assert.equal(body.all["x-lexgate-decision"], body.decision);
    assert.equal(body.all.authorization !== undefined, forward);
  });
}

// lexgate in the place of the inline engine of @cedar-policy/authorization-for-expressjs, behind the real middleware.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import express from "express";
import { LexgateAuthorizationEngine } from "lexgate-gateway/cedar-express";
import { Lexgate } from "../../../wasm/dist/node.js";
import { read } from "./given.mjs";

const require = createRequire(import.meta.url);
const { ExpressAuthorizationMiddleware } = require("@cedar-policy/authorization-for-expressjs");

const schema = JSON.stringify({
  Portal: {
    annotations: { mappingType: "SimpleRest" },
    entityTypes: { Application: {}, MarketEntity: {} },
    actions: {
      readRecords: {
        annotations: { httpVerb: "get", httpPathTemplate: "/datasets/{dataset}/records" },
        appliesTo: { principalTypes: ["MarketEntity"], resourceTypes: ["Application"] },
      },
    },
  },
});

const facts = JSON.parse(read("catalogue.json")).datasets["nanning-bus-positions"].facts;
const grant = { opening_agreement: true, safety_commitment: true, scope: ["line", "position"], manner: "entry-by-entry", valid_from: "2026-01-01", valid_until: "2098-12-31" };

function application(lexgate, options) {
  let fields = "line";
  const engine = new LexgateAuthorizationEngine({
    lexgate,
    toRequest: ({ principal }) => ({
      subject: { type: "MarketEntity", id: principal.id },
      action: { name: "use_opened_data" },
      resource: { type: "Dataset", id: "nanning-bus-positions", properties: facts },
      context: { grant, request: { channel: "platform", scope: fields.split(","), manner: "entry-by-entry" } },
    }),
    ...options,
  });
  const middleware = new ExpressAuthorizationMiddleware({
    schema: { type: "jsonString", schema },
    authorizationEngine: engine,
    principalConfiguration: { type: "custom", getPrincipalEntity: async () => ({ uid: { type: "Portal::MarketEntity", id: "91450100MA5KDEM01F" }, attrs: {}, parents: [] }) },
  });
  const app = express();
  app.use((request, _response, next) => {
    fields = request.get("x-fields") ?? "line";
    next();
  });
  app.use(middleware.middleware);
  app.get("/datasets/:dataset/records", (_request, response) => response.json(response.locals.authorizerInfo));
  return app;
}

async function status(app, headers = {}) {
  const server = app.listen(0, "127.0.0.1");
  await new Promise((yes) => server.once("listening", yes));
  try {
    const response = await fetch(`http://127.0.0.1:${server.address().port}/datasets/nanning-bus-positions/records`, { headers });
    return { status: response.status, text: await response.text() };
  } finally {
    server.close();
  }
}

const KNOWN = ["confidentiality", "emergency-plan", "graded-cyber-protection", "responsibility-on-succession", "responsible-party-on-record", "security-management-system", "security-training", "technical-safeguards", "use-within-agreement"];

test("the middleware lets pass what the law allows, with the policies that carry it", async () => {
  const lexgate = await Lexgate.load();
  const passed = await status(application(lexgate, { knownObligations: KNOWN }));
  assert.equal(passed.status, 200);
  assert.deepEqual(JSON.parse(passed.text).determiningPolicies.map((id) => id.split("#")[0]), ["gx-bigdata/41/4c"]);
  assert.equal((await status(application(lexgate, { knownObligations: KNOWN }), { "x-fields": "line,driver" })).status, 401);
  assert.equal((await status(application(lexgate, { knownObligations: [] }))).status, 401, "a duty nobody knows");
  assert.equal((await status(application(lexgate, { knownObligations: KNOWN, toRequest: () => ({ subject: {} }) }))).status, 500, "a request that is none");
});

test("without a mapping, principal, action and resource are what they are called", async () => {
  const lexgate = await Lexgate.load();
  const engine = new LexgateAuthorizationEngine({ lexgate, knownObligations: KNOWN });
  const principal = { type: "Portal::MarketEntity", id: "91450100MA5KDEM01F" };
  const resource = { type: "Portal::Dataset", id: "nanning-bus-positions" };
  const request = { principal, resource, action: { type: "Portal::Action", id: "use_opened_data" }, context: { grant, request: { channel: "platform", scope: ["line"], manner: "entry-by-entry" } } };
  const allowed = await engine.isAuthorized(request, [{ uid: resource, attrs: facts, parents: [] }]);
  assert.equal(allowed.type, "allow");
  assert.deepEqual(allowed.authorizerInfo.principalUid, principal);
  const denied = await engine.isAuthorized({ ...request, context: { ...request.context, time: { now: "1999-01-01" }, request: { ...request.context.request, manner: "bulk" } } }, [{ uid: resource, attrs: facts, parents: [] }]);
  assert.deepEqual(denied, { type: "deny" });
});

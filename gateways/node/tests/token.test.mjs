import assert from "node:assert/strict";
import { test } from "node:test";
import { TokenVerifier } from "lexgate-gateway";
import { fixture, keys, signed } from "./given.mjs";
import { readFileSync } from "node:fs";

const rules = { issuers: ["https://grants.example.cn"], audience: "https://data.example.cn", algorithms: ["EdDSA", "ES256"], maxBytes: 4096, clockSkewSeconds: 0, remembered: 8 };
const now = new Date("2026-11-20T08:00:00Z");

test("each token of the table is believed, or refused for its own reason", async () => {
  for (const [name, { jwt, claims, grant_error: refusal }] of Object.entries(signed)) {
    const verified = await new TokenVerifier(rules, keys).verify(jwt, now);
    assert.equal(verified.refusal, refusal ?? undefined, name);
    assert.deepEqual(verified.claims, refusal ? undefined : claims, name);
  }
});

test("a remembered token counts only between its beginning and its end", async () => {
  const verifier = new TokenVerifier(rules, keys);
  const { jwt, claims } = signed.opened;
  assert.equal(verifier.remembered(jwt, now), undefined);
  await verifier.verify(jwt, now);
  assert.deepEqual(verifier.remembered(jwt, now).claims, claims);
  assert.equal(verifier.remembered(jwt, new Date(claims.exp * 1000)), undefined);
  await verifier.verify(jwt, now);
  assert.equal(verifier.remembered(jwt, new Date(claims.nbf * 1000 - 1)), undefined);
});

test("no more tokens are remembered than were asked for", async () => {
  const verifier = new TokenVerifier({ ...rules, remembered: 2 }, keys);
  const good = Object.values(signed).filter(({ claims }) => claims).slice(0, 4);
  for (const { jwt } of good) await verifier.verify(jwt, now);
  assert.equal(good.filter(({ jwt }) => verifier.remembered(jwt, now)).length, 2);
});

test("a clock tolerance counts where it is configured", async () => {
  const { exp } = signed.opened.claims;
  const late = new Date((exp + 5) * 1000);
  assert.equal((await new TokenVerifier(rules, keys).verify(signed.opened.jwt, late)).refusal, "expired");
  assert.equal((await new TokenVerifier({ ...rules, clockSkewSeconds: 10 }, keys).verify(signed.opened.jwt, late)).refusal, undefined);
});

test("a key set that is none, is empty or holds a secret is refused", () => {
  const secret = Object.values(JSON.parse(readFileSync(fixture("keys.json"), "utf8")).keys);
  for (const bad of [{}, { keys: [] }, { keys: secret }, { keys: [{ kty: "oct", k: "AAAA" }] }]) {
    assert.throws(() => new TokenVerifier(rules, bad), { code: "key-set-malformed" });
  }
});

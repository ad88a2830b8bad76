// The AuthZEN 1.0 certification scenario against `lexgate serve` with a bundle made for it: Basic, Batch, Search, Discovery.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { program, serve } from "./proxies.mjs";

const here = fileURLToPath(new URL("authzen/", import.meta.url));
const { cases, endpoints } = JSON.parse(readFileSync(`${here}cases.json`, "utf8"));
const folder = mkdtempSync(join(tmpdir(), "lexgate-authzen-"));
const bundle = join(folder, "scenario.bundle");
execFileSync(program(), ["bundle", "build", "--policies", `${here}policies`, "-o", bundle], { stdio: ["ignore", "ignore", "inherit"] });

// TLS is the proxy's: the metadata name the address that callers use.
const PUBLIC = "https://pdp.example.org";
const service = await serve(["--bundle", bundle, "--catalogue", `${here}catalogue.json`, "--plain", "--resource-type", "record", "--public-url", PUBLIC]);
const url = (path) => `http://127.0.0.1:${service.port}${path}`;
let passed = 0;
const failures = [];

function demand(name, problems) {
  if (problems.length === 0) passed += 1;
  else failures.push(`${name}: ${problems.join("; ")}`);
}

async function ask({ to, send, text, content_type = "application/json" }, headers = {}) {
  const body = text ?? JSON.stringify(send);
  const response = await fetch(url(endpoints[to]), { method: "POST", headers: { "content-type": content_type, ...headers }, body });
  const json = await response.json().catch(() => undefined);
  return { response, status: response.status, json };
}

const same = (a, b) => Object.keys(b).every((key) => a[key] === b[key]);
const isDecision = (value) => typeof value?.decision === "boolean" && (value.context === undefined || typeof value.context === "object");

async function problemsOf(one) {
  const { response, status, json } = await ask(one);
  const wanted = one.status ?? 200;
  const problems = [];
  const need = (holds, what) => holds || problems.push(what);
  need(status === wanted, `status ${status} instead of ${wanted}`);
  need(json !== undefined, "the answer is not JSON");
  if (wanted !== 200) {
    need(typeof json === "string", "the error is no string");
    return problems;
  }
  need(response.headers.get("content-type") === "application/json", `it has type ${response.headers.get("content-type")}`);
  if ("decision" in one) {
    need(isDecision(json), "there is no decision");
    need(json.decision === one.decision, `decision ${json.decision}`);
  }
  if ("decisions" in one) {
    need(json.decision === undefined, "a batch has a decision of its own");
    need(json.evaluations?.length === one.decisions.length, `${json.evaluations?.length} answers`);
    one.decisions.forEach((decision, i) => {
      need(isDecision(json.evaluations[i]), `answer ${i} has no decision`);
      need(decision === null || json.evaluations[i].decision === decision, `answer ${i} is ${json.evaluations[i].decision}`);
    });
  }
  if ("results" in one) {
    need(Array.isArray(json.results) && json.results.length > 0, "there are no results");
    for (const result of one.results) need(json.results.some((r) => same(r, result)), `${JSON.stringify(result)} is missing`);
    for (const result of json.results) need(one.to === "search/action" ? typeof result.name === "string" : result.type === one.send[one.to.slice(7)].type && typeof result.id === "string", `${JSON.stringify(result)} is no result`);
  }
  if (one.nothing) need(Array.isArray(json.results) && json.results.length === 0, `results ${JSON.stringify(json.results)}`);
  if ("pages" in one) problems.push(...(await pages(one, json)));
  return problems;
}

/** Goes from page to page until the token is empty; the pages together are the results. */
async function pages(one, first) {
  const found = [];
  let page = first;
  for (let n = 0; n < 10; n += 1) {
    if (typeof page.page?.next_token !== "string") return [`page ${n} has no next_token`];
    if (page.results.length > one.send.page.limit) return [`page ${n} has ${page.results.length} results`];
    found.push(...page.results);
    if (page.page.next_token === "") break;
    const { status, json } = await ask({ ...one, send: { ...one.send, page: { ...one.send.page, token: page.page.next_token } } });
    if (status !== 200) return [`the token of page ${n} gets ${status}`];
    page = json;
  }
  const whole = found.length === one.pages.length && one.pages.every((result, i) => same(found[i], result));
  return whole ? [] : [`the pages hold ${JSON.stringify(found)}`];
}

for (const one of cases) demand(`${one.section} (${one.level})`, await problemsOf(one));

// 2.5 and 2.6: request ids, and the same answer again. They hold for every endpoint.
for (const to of Object.keys(endpoints)) {
  const one = cases.find((c) => c.to === to && c.status === undefined);
  const { response } = await ask(one, { "x-request-id": `id of ${to}` });
  demand(`2.5.1 ${to}`, response.headers.get("x-request-id") === `id of ${to}` ? [] : ["the request id does not come back"]);
  const bad = await ask({ to, text: "[]" }, { "x-request-id": "7" });
  demand(`2.5.1 ${to}, refused`, bad.status === 400 && bad.response.headers.get("x-request-id") === "7" ? [] : [`${bad.status}`]);
  const again = new Set();
  for (let i = 0; i < 5; i += 1) {
    const { json } = await ask(one);
    again.add(JSON.stringify(json.decision ?? json.results ?? json.evaluations.map((e) => e.decision)));
  }
  demand(`2.6 ${to}`, again.size === 1 ? [] : [`${again.size} answers`]);
}

// 6: metadata.
const response = await fetch(url("/.well-known/authzen-configuration"));
const metadata = await response.json();
const expected = {
  policy_decision_point: "",
  access_evaluation_endpoint: endpoints.evaluation,
  access_evaluations_endpoint: endpoints.evaluations,
  search_subject_endpoint: endpoints["search/subject"],
  search_resource_endpoint: endpoints["search/resource"],
  search_action_endpoint: endpoints["search/action"],
};
demand("6.2", response.status === 200 && response.headers.get("content-type") === "application/json" ? [] : [`${response.status}`]);
for (const [name, path] of Object.entries(expected)) demand(`6.3 ${name}`, metadata[name] === `${PUBLIC}${path}` ? [] : [`${metadata[name]}`]);

await service.stop();
rmSync(folder, { recursive: true });
for (const failure of failures) console.log(`  ${failure}`);
console.log(`AuthZEN certification scenario: ${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 && passed > 0 ? 0 : 1);

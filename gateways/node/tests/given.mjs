// What the tests share: the fixtures of the table of calls.
import { readFileSync } from "node:fs";
import { Gateway } from "lexgate-gateway";

export const fixture = (name) => new URL(`../../../tests/gateways/fixtures/${name}`, import.meta.url);
export const read = (name) => readFileSync(fixture(name), "utf8");
export const signed = JSON.parse(read("signed.json"));
export const keys = JSON.parse(read("jwks.json"));
export const sources = { config: read("gateway.yaml"), catalogue: read("catalogue.json"), status: read("status.json"), keys };
export const make = (options, changed) => Gateway.from({ ...sources, ...changed }, options);

/** A call of the main gateway. */
export const call = (target = "/datasets/nanning-bus-positions/records?fields=line", token = "opened", headers = []) => ({
  method: "GET",
  authority: "data.example.cn",
  target,
  headers: ["host", "data.example.cn", "authorization", `Bearer ${signed[token].jwt}`, ...headers],
});

/** The status list with the subject of most tokens suspended. */
export const suspended = () => {
  const status = JSON.parse(read("status.json"));
  status.subjects["91450100MA5KDEM01F"] = "suspended";
  return JSON.stringify(status);
};

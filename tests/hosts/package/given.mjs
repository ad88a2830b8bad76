// What `cargo xtask inspect` gives to these tests.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../lab.mjs";

export const tarball = process.env.LEXGATE_TARBALL ?? fail("LEXGATE_TARBALL");
export const requests = process.env.LEXGATE_REQUESTS ?? fail("LEXGATE_REQUESTS");
/** Count to a million where otherwise a tenth is enough. */
export const full = process.env.LEXGATE_FULL === "1";
/** A request of the documents: conditionally permitted. */
export const example = () => JSON.parse(readFileSync(join(root, "examples/guangxi-bus-positions.json"), "utf8"));

function fail(name) {
  throw new Error(`${name} is not set: run \`cargo xtask inspect\``);
}

// As inside.mjs, through `require`.
const { readFileSync, writeFileSync } = require("node:fs");
const { Lexgate } = require("lexgate");

const [requests, out] = process.argv.slice(2);
Promise.all([Lexgate.load(), import("./suite.js")]).then(([lexgate, { run }]) => {
  writeFileSync(out, JSON.stringify(run(lexgate, readFileSync(requests, "utf8"))));
});

// Decides a request in Node: node decide.mjs request.json
import { readFile } from "node:fs/promises";
import { Lexgate } from "lexgate";

const [file] = process.argv.slice(2);
const request = JSON.parse(await readFile(file, "utf8"));

const lexgate = await Lexgate.load();
const { context } = lexgate.evaluate(request);
console.log(context.outcome);
for (const { remedy, citation, actor } of context.missing) {
  console.log(`- ${remedy.en} (${actor}): ${citation.en}`);
}
for (const { title, citation } of context.prohibitions) {
  console.log(`- barred: ${title.en}: ${citation.en}`);
}
for (const { message, path } of context.errors) {
  console.log(`- ${path}: ${message.en}`);
}

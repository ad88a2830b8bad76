// Runs in the page: no bundler, the package's browser entry as it is.
import { run } from "./suite.js";

let result;
try {
  const { Lexgate } = await import("/lexgate/browser.js");
  const lines = await (await fetch("requests.jsonl")).text();
  result = run(await Lexgate.load(), lines);
} catch ({ message, code }) {
  result = { failure: { message, code } };
}
await fetch("/result", { method: "POST", body: JSON.stringify(result) });

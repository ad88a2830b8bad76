// A page that says what is still missing before an application is complete. Everything is decided in the page.
import { Lexgate } from "lexgate";

const OUTCOME = { permitted: "可以获取", conditional: "完成下列事项后可以获取", prohibited: "不得获取", undetermined: "无法判断" };
const [lexgate, request] = await Promise.all([Lexgate.load(), fetch("guangxi-bus-positions.json").then((r) => r.json())]);
const form = document.querySelector("form");

function check() {
  for (const box of form.elements) {
    request.context.grant[box.name] = box.checked;
  }
  const { outcome, missing, prohibitions } = lexgate.evaluate(request).context;
  document.querySelector("[role=status]").textContent = OUTCOME[outcome];
  const lines = [...missing.map((m) => `${m.remedy.zh}（${m.citation.zh}）`), ...prohibitions.map((p) => `${p.title.zh}（${p.citation.zh}）`)];
  document.querySelector("ol").replaceChildren(...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

form.addEventListener("change", check);
check();

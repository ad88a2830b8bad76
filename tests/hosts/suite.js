// What every JavaScript host runs. No host's own API: the text of the requests goes in, answers and problems come out.

/** One line a vector: its name and the bytes of its request, in base64 because some are no UTF-8. */
function read(lines) {
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const { name, request } = JSON.parse(line);
      return { name, bytes: Uint8Array.from(atob(request), (c) => c.charCodeAt(0)) };
    });
}

/** The request as an object, with the text that says the same; nothing when it is no JSON, or too deep to be written again. */
function asObject(bytes) {
  try {
    const object = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return { object, text: JSON.stringify(object) };
  } catch {
    return undefined;
  }
}

/** Answers every request, as JSON, as an object, and all at once. The last two have to say what the first says. */
export function run(lexgate, lines) {
  const answers = [];
  const problems = [];
  const batch = [];
  for (const { name, bytes } of read(lines)) {
    answers.push(lexgate.evaluateJson(bytes));
    const request = asObject(bytes);
    if (request === undefined) continue;
    const answer = JSON.stringify(lexgate.evaluate(request.object));
    if (answer !== lexgate.evaluateJson(request.text)) {
      problems.push(`${name}: evaluate and evaluateJson differ`);
    }
    batch.push({ name, object: request.object, answer });
  }
  lexgate.evaluateBatch(batch.map(({ object }) => object)).forEach((answer, i) => {
    if (JSON.stringify(answer) !== batch[i].answer) {
      problems.push(`${batch[i].name}: evaluateBatch and evaluate differ`);
    }
  });
  if (batch.length * 2 < answers.length) {
    problems.push(`only ${batch.length} of ${answers.length} requests were tried as objects`);
  }
  return { answers, problems };
}

// Evaluates the requests over and over and reads the size of the module's memory, in any JavaScript host.
const memories = [];

/** Longer requests come once: they raise the mark, and would take up all the time. */
const LONG = 16_000;

/** `count` evaluations, as objects and as texts in turn; the memory's size after each request came once and from then on. */
export async function soak(Lexgate, lines, count) {
  const all = lines.split("\n").filter(Boolean).map((line) => new TextDecoder().decode(Uint8Array.from(atob(JSON.parse(line).request), (c) => c.charCodeAt(0))));
  const texts = all.filter((text) => text.length < LONG);
  const objects = texts.flatMap((text) => {
    try {
      const object = JSON.parse(text);
      return [JSON.stringify(object) && object];
    } catch {
      return [];
    }
  });
  const lexgate = await Lexgate.load();
  const memory = memories.at(-1);
  const once = (i) => (i % 2 === 0 ? lexgate.evaluateJson(texts[(i >> 1) % texts.length]) : lexgate.evaluate(objects[(i >> 1) % objects.length]));
  const round = 2 * texts.length;
  for (const text of all) lexgate.evaluateJson(text);
  for (let i = 0; i < round; i += 1) once(i);
  const marks = [memory.buffer.byteLength];
  for (let i = 0; i < count; i += 1) {
    once(i);
    if (i % round === round - 1) marks.push(memory.buffer.byteLength);
  }
  marks.push(memory.buffer.byteLength);
  return { count, marks };
}

/** What the package keeps to itself: the memories of the instances made from now on. */
soak.watched = (load) => {
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const made = await instantiate.apply(WebAssembly, args);
    memories.push((made.instance ?? made).exports.memory);
    return made;
  };
  return load();
};

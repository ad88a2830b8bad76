// A filter that is loaded like any other and traps when a call comes: what the proxy then does is the question.
const leb = (n) => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >> 7)]);
const vector = (items) => [...leb(items.length), ...items.flat()];
const section = (id, bytes) => [id, ...leb(bytes.length), ...bytes];
const name = (text) => vector([...Buffer.from(text)].map((b) => [b]));
const I32 = 0x7f;
const UNREACHABLE = [0x00];
const ONE = [0x41, 1];

/** Name, number of parameters, whether it returns a number, and its code. */
const FUNCTIONS = [
  ["proxy_abi_version_0_2_1", 0, false, []],
  ["_initialize", 0, false, []],
  ["proxy_on_memory_allocate", 1, true, [0x41, ...[0x80, 0x20]]],
  ["proxy_on_vm_start", 2, true, ONE],
  ["proxy_on_configure", 2, true, ONE],
  ["proxy_on_context_create", 2, false, []],
  ["proxy_on_request_headers", 3, true, UNREACHABLE],
];

export function trappingFilter() {
  const types = FUNCTIONS.map(([, parameters, result]) => [0x60, ...vector(Array(parameters).fill([I32])), ...vector(result ? [[I32]] : [])]);
  const exported = FUNCTIONS.map(([n], i) => [...name(n), 0x00, ...leb(i)]);
  const bodies = FUNCTIONS.map(([, , , code]) => [...leb(code.length + 2), 0x00, ...code, 0x0b]);
  return Buffer.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(3, vector(FUNCTIONS.map((_, i) => leb(i)))),
    ...section(5, vector([[0x00, 1]])),
    ...section(7, vector([...exported, [...name("memory"), 0x02, 0x00]])),
    ...section(10, vector(bodies)),
  ]);
}

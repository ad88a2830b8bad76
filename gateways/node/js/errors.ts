/** Both languages of a text for people. */
export interface Texts {
  readonly zh: string;
  readonly en: string;
}

/** One thing that is wrong with what a gateway was given. */
export interface Problem {
  /** Stable, kebab-case. */
  readonly code: string;
  /** Which of the sources it is in: `config`, `catalogue`, `status`, `bundle`, `trust`. */
  readonly document?: string;
  /** Where in the document: `$.routes[2].path`. */
  readonly path?: string;
  /** From 1; 0 when the place is not known. */
  readonly line?: number;
  /** From 1; 0 when the place is not known. */
  readonly column?: number;
  readonly message: Texts;
  readonly help?: Texts;
}

/** Configuration, catalogue, status list, keys or bundle that no gateway is made from. What was in force stays so. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  /** Code of the first problem. */
  readonly code: string;
  /** All that is wrong, in the order of the documents. Never empty. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly [Problem, ...Problem[]], options?: ErrorOptions) {
    super(problems.map(described).join("\n"), options);
    this.code = problems[0].code;
    this.problems = problems;
  }
}

function described({ code, document, path, line = 0, column = 0, message }: Problem): string {
  const place = [document, path === "$" ? undefined : path, line > 0 ? `line ${line}, column ${column}` : undefined];
  return [`${code}: ${message.en}`, ...place.filter((p) => p !== undefined)].join(", ");
}

/** What the module threw, as an error; `undefined` when it stopped in the middle of a call. @internal */
export function fromThrown(thrown: unknown): GatewayError | undefined {
  if (typeof thrown !== "string") {
    return undefined;
  }
  const told: unknown = JSON.parse(thrown);
  const problems = (Array.isArray(told) ? told : [told]) as [Problem, ...Problem[]];
  return new GatewayError(problems);
}

/** The key set is none. @internal */
export function badKeys(cause: unknown): GatewayError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new GatewayError(
    [{ code: "key-set-malformed", document: "keys", path: "$", message: { zh: `密钥集不可用：${why}`, en: `the key set cannot be used: ${why}` } }],
    { cause },
  );
}

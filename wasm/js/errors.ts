import type { BilingualText } from "./generated.js";

/** An error of lexgate. Wrong requests are no errors: their answer is `undetermined` and says why. */
export class LexgateError extends Error {
  override readonly name = "LexgateError";
  /** Stable, kebab-case. */
  readonly code: string;
  /** Where it is (JSONPath, RFC 9535). */
  readonly path: string;
  /** How to mend it, in English. */
  readonly help: string;
  /** Message and help in both languages. */
  readonly texts: { readonly message: BilingualText; readonly help: BilingualText };

  constructor(code: string, message: BilingualText, help: BilingualText, options: { path?: string; cause?: unknown } = {}) {
    super(`${message.en} [${code}]; ${help.en}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.path = options.path ?? "$";
    this.help = help.en;
    this.texts = { message, help };
  }
}

/** What the module throws: the error as JSON text. */
export function fromThrown(thrown: string): LexgateError {
  try {
    const { code, help, message, path } = JSON.parse(thrown) as Record<"help" | "message", BilingualText> & Record<"code" | "path", string>;
    return new LexgateError(code, message, help, { path });
  } catch (cause) {
    return new LexgateError("internal", { en: thrown, zh: thrown }, { en: "report it", zh: "请报告此问题" }, { cause });
  }
}

export const disposed = (): LexgateError =>
  new LexgateError(
    "engine-disposed",
    { en: "this engine was disposed of", zh: "该引擎已释放" },
    { en: "load another one with Lexgate.load()", zh: "请用 Lexgate.load() 重新加载" },
  );

export const trapped = (cause: unknown): LexgateError =>
  new LexgateError(
    "engine-trapped",
    { en: "the engine stopped in the middle of this call; its memory can no longer be trusted", zh: "引擎在本次调用中途停止，其内存不再可信" },
    { en: "treat the request as denied and load another engine", zh: "请将该请求视为拒绝，并重新加载引擎" },
    { cause },
  );

export const poisoned = (): LexgateError =>
  new LexgateError(
    "engine-poisoned",
    { en: "an earlier call stopped this engine", zh: "该引擎因先前的调用而停止" },
    { en: "treat the request as denied and load another engine", zh: "请将该请求视为拒绝，并重新加载引擎" },
  );

export const notJson = (cause: unknown): LexgateError =>
  new LexgateError(
    "request-not-json",
    { en: "the request holds what JSON cannot say", zh: "请求含有 JSON 无法表达的内容" },
    { en: "give a plain object without cycles, BigInt or functions", zh: "请提供不含循环引用、BigInt 和函数的普通对象" },
    { cause },
  );

export const noModule = (cause: unknown, where: string): LexgateError =>
  new LexgateError(
    "module-not-loaded",
    { en: `the WebAssembly module could not be loaded from ${where}`, zh: `无法从 ${where} 加载 WebAssembly 模块` },
    {
      en: "serve it beside the script, allow 'wasm-unsafe-eval' in script-src, or give bytes or a module through lexgate/manual",
      zh: "请将其与脚本一同部署，在 script-src 中允许 'wasm-unsafe-eval'，或者经 lexgate/manual 提供字节或模块",
    },
    { cause },
  );

export const trustWithoutKeys = (option: string): LexgateError =>
  new LexgateError(
    "public-keys-missing",
    { en: `\`${option}\` asks for signatures, but there are no public keys`, zh: `\`${option}\` 要求签名，但未提供公钥` },
    { en: "give `publicKeys`", zh: "请提供 `publicKeys`" },
    { path: `$.${option}` },
  );

export const trustWithoutBundle = (): LexgateError =>
  new LexgateError(
    "bundle-missing",
    { en: "there are public keys but no bundle; the one inside the package is part of it and not signed", zh: "提供了公钥但未提供策略包；软件包内置的策略包属于软件包本身，没有签名" },
    { en: "give the bytes of the bundle", zh: "请提供策略包的字节" },
    { path: "$.publicKeys" },
  );

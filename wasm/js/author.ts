import { createGlue, GLUE_NAME, type AuthorApi, type Workbench as RawWorkbench } from "./author-glue.js";
import type { Difference, SourceFinding, VectorRun } from "./generated.js";
import { Instance, type CreateGlue } from "./instance.js";
import { bytes } from "./lexgate.js";

/** Source or vector files: one text a path, with `/` between the parts, as in the folder. */
export type SourceFiles = Readonly<Record<string, string>>;

/** How vectors are run. */
export interface VectorOptions {
  /** Called from time to time with the number of vectors done and of all. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Sources that were compiled. */
export class Workbench {
  private readonly instance: Instance<AuthorApi>;
  private readonly raw: RawWorkbench;
  /** What is wrong with the sources. */
  readonly findings: readonly SourceFinding[];
  /** The bundle; `undefined` when an error keeps it from being built. */
  readonly bundle: Uint8Array | undefined;

  /** @internal */
  constructor(instance: Instance<AuthorApi>, raw: RawWorkbench) {
    this.instance = instance;
    this.raw = raw;
    this.findings = JSON.parse(instance.call(() => raw.findings())) as SourceFinding[];
    this.bundle = instance.call(() => raw.bundle());
  }

  /** Runs vectors on the bundle. */
  runVectors(vectors: SourceFiles, options: VectorOptions = {}): VectorRun {
    return JSON.parse(this.instance.call(() => this.raw.runVectors(JSON.stringify(vectors), options.onProgress))) as VectorRun;
  }

  /** Lets go of the memory. */
  dispose(): void {
    this.instance.call(() => this.raw.free());
  }
}

/** For policy authors: parse, validate, lint, format, build a bundle, run vectors, compare bundles. */
export class Author {
  private readonly instance: Instance<AuthorApi>;

  /** @internal */
  protected constructor(instance: Instance<AuthorApi>) {
    this.instance = instance;
  }

  /** @internal */
  static async from(module: WebAssembly.Module): Promise<Author> {
    return new this(await Instance.of<AuthorApi>(module, createGlue as CreateGlue<AuthorApi>, GLUE_NAME));
  }

  /** Compiles sources. `quick` leaves out Cedar's validator, which takes most of the time. */
  compile(sources: SourceFiles, options: { readonly quick?: boolean } = {}): Workbench {
    const text = JSON.stringify(sources);
    return new Workbench(this.instance, this.instance.call(({ Workbench }) => Workbench.compile(text, options.quick ?? false)));
  }

  /** Formats a policy file. Throws `policy-invalid` when it is none. */
  format(policies: string): string {
    return this.instance.call(({ formatPolicies }) => formatPolicies(policies));
  }

  /** The Cedar schema of a bundle, as text. */
  schema(bundle: BufferSource): string {
    return this.instance.call(({ schema }) => schema(bytes(bundle)));
  }

  /** Which answers change from one bundle to another, by provision. */
  diff(before: BufferSource, after: BufferSource, vectors: SourceFiles): Difference {
    const text = JSON.stringify(vectors);
    return JSON.parse(this.instance.call(({ diffBundles }) => diffBundles(bytes(before), bytes(after), text))) as Difference;
  }

  /** Lets go of the memory. */
  dispose(): void {
    this.instance.dispose();
  }
}

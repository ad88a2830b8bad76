import type { Coverage, Difference, SourceFinding } from "lexgate";
import type { SourceFiles } from "lexgate/author";

export type Progress = (done: number, all: number) => void;

export interface Opened {
  policies: SourceFiles;
}

export interface Run {
  passed: number;
  failed: number;
  /** What the vectors took, without compiling. */
  milliseconds: number;
  failures: { name: string; problems: string[]; summary: string }[];
  /** Which answers changed, by provision. */
  difference: Difference;
  coverage: Coverage;
}

export interface AuthorCalls {
  open(sources: string): Promise<Opened>;
  check(edits: SourceFiles, quick: boolean): Promise<readonly SourceFinding[]>;
  build(edits: SourceFiles): Promise<{ findings: readonly SourceFinding[]; bundle: Uint8Array | undefined }>;
  format(text: string): Promise<string>;
  run(edits: SourceFiles, progress: Progress): Promise<{ findings: readonly SourceFinding[]; bundle?: Uint8Array; run?: Run }>;
}

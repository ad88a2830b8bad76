import type { AccessResponse, BilingualText, Comparison, Reference, RegulationEntry, RuleExplanation, Version } from "lexgate";

/** A request as the form holds it: the shape of `AccessRequest`, with any value anywhere. */
export interface Case {
  subject: { type: string; id: string; properties?: Table };
  action: { name: string };
  resource: { type: "Dataset"; id: string; properties?: Table };
  context: { time: Table & { now: string }; evaluation_mode?: "in-force" | "draft-as-adopted"; request?: Table; grant?: Table; procedure?: Table; law?: Table };
}
export type Table = Record<string, unknown>;

/** A rule as a hint beside a field. */
export interface RuleHint {
  text: string;
  citation: BilingualText;
  title: BilingualText;
  /** The acts it speaks of; `null` for all. */
  actions: string[] | null;
}

/** What a loaded law can be asked. */
export interface Law {
  version: Version;
  reference: Reference;
  regulations: RegulationEntry[];
  rules: Record<string, RuleHint>;
}

/** The tally of all vectors, held against the native engine. */
export interface Checked {
  all: number;
  equal: number;
  differing: string[];
  milliseconds: number;
  engineTime: number;
}

export interface Evaluated {
  /** Canonical JSON. */
  text: string;
  milliseconds: number;
}

export type Progress = (done: number, all: number) => void;

/** What the worker answers. */
export interface Calls {
  law(name: string): Promise<Law>;
  load(name: string, bundle: Uint8Array<ArrayBuffer>): Promise<Law>;
  evaluate(name: string, request: Case): Promise<Evaluated>;
  compare(name: string, request: Case): Promise<Comparison>;
  explain(name: string, rule: string): Promise<RuleExplanation | undefined>;
  check(url: string, progress: Progress): Promise<Checked>;
}

/** What went wrong in a worker. */
export interface Failure {
  message: string;
  code?: string;
  texts?: { message: BilingualText; help: BilingualText };
}

export type { AccessResponse, BilingualText, Comparison };

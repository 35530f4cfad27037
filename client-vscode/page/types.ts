/** What the server answers: `trace.to_page` and `trace.to_summary` of autoglm_core, and the service's list of runs. */

export type Severity = "info" | "warning" | "error";

/** Lines and columns count from 1, in code points, in the draft's text. */
export interface Finding {
  validator: string;
  rule: string;
  severity: Severity;
  line: number;
  column: number;
  end_line: number;
  end_column: number;
  message: string;
  detail: string;
  introduced: boolean;
}

export interface Report {
  validator: string;
  summary: string;
  skipped: string;
  seconds: number;
  findings: Finding[];
}

export interface Attempt {
  number: number;
  kind: string;
  reason: string;
  same_as: number | null;
  engine: string;
  node: string;
  seconds: number;
  model_seconds: number;
  prompt_tokens: number;
  cached_tokens: number;
  completion_tokens: number;
  problem: string;
  answer: string;
  diff: string;
  rejected_by: Finding[];
  reports: Report[];
  prompt: { role: string; content: string }[];
}

export interface Trace {
  id: string;
  kind: string;
  file: string;
  target: string | null;
  instruction: string;
  status: "accepted" | "rejected";
  ending: string;
  seconds: number;
  /** Seconds since the epoch. */
  ended_at: number;
  accepted: number | null;
  chosen: string;
  steps: { name: string; seconds: number }[];
  before: string;
  lines: number[];
  attempts: Attempt[];
}

/** An outcome in the editor's list. */
export interface Summary {
  id: string;
  kind: string;
  file: string;
  target: string | null;
  status: string;
  ending: string;
  seconds: number;
  attempts: number;
  ended_at: number;
}

/** A request in the service's list. */
export interface Run {
  id: string;
  title: string;
  status: string;
  started_at: string;
  seconds: number;
  stage: string;
}

export interface Durations {
  n: number;
  p50_ms: number;
  p95_ms: number;
}

/** By kind of request: counters by their names, and `steps`. */
export type Metrics = Record<string, { steps: Record<string, Durations> } & Record<string, unknown>>;

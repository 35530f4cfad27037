/** Who shows the page: the editor, or a browser on the service; each answers the same questions. */
import type { Metrics, Trace } from "./types";

/** One line of the list. */
export interface Entry {
  id: string;
  title: string;
  detail: string;
  /** queued, running, accepted, rejected, cancelled, failed. */
  status: string;
  seconds: number;
  /** Seconds since the epoch, of its start or of its end. */
  at: number;
  /** Grey text, which comes with each key. */
  grey: boolean;
}

/** What is kept while the page is away. */
export interface State {
  tab?: string;
  trace?: string;
  filter?: Filter;
}

export type Filter = "all" | "actions" | "grey";

/** Requests fail with an Error whose message is for the user. */
export interface Host {
  readonly tabs: readonly ("traces" | "metrics" | "help")[];
  /** Whether both grey text and actions are in the list. */
  readonly filters: boolean;
  /** Newest first. */
  entries(): Promise<Entry[]>;
  trace(id: string): Promise<Trace>;
  metrics(): Promise<Metrics>;
  load(): State;
  save(state: State): void;
  /** Show a line of a trace's file, where there is an editor. */
  reveal?(trace: string, line: number, column: number): void;
  /** Be told which trace the user asked for; undefined is the last one. */
  asked?(listener: (trace: string | undefined) => void): void;
  /** Take a key that the user typed. */
  unlock?(key: string): void;
}

/** The service wants a key. */
export class KeyNeededError extends Error {}

/** The page in VS Code: it asks the extension by messages, and the extension asks the language server. */
import type { Entry, Host, State } from "./host";
import type { Metrics, Summary, Trace } from "./types";
import { kindName, learn, t } from "./words";

interface Editor {
  postMessage(message: unknown): void;
  getState(): State | undefined;
  setState(state: State): void;
}

declare const acquireVsCodeApi: (() => Editor) | undefined;

type Answer = { id: number; value?: unknown; error?: string };

/** Whether the page is in VS Code. */
export function inEditor(): boolean {
  return typeof acquireVsCodeApi === "function";
}

/** The extension's side of the page, after it told its language. */
export async function connect(): Promise<Host> {
  const editor = (acquireVsCodeApi as () => Editor)();
  const waiting = new Map<number, (answer: Answer) => void>();
  let listener: (trace: string | undefined) => void = () => undefined;
  let last = 0;
  // Nobody but the window around the page can reach it.
  window.addEventListener("message", ({ data }: MessageEvent<Answer | { show: string | null }>) => {
    if ("show" in data) {
      listener(data.show ?? undefined);
    } else {
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    }
  });
  const ask = <T>(question: string, trace?: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ value, error }) => (error === undefined ? resolve(value as T) : reject(new Error(error))));
      editor.postMessage({ ask: question, id, trace });
    });
  learn(await ask<Record<string, string>>("words"));
  return {
    tabs: ["traces", "metrics"],
    filters: true,
    entries: async () => (await ask<Summary[]>("traces")).map(entryOf),
    trace: (id) => ask<Trace>("trace", id),
    metrics: () => ask<Metrics>("metrics"),
    load: () => editor.getState() ?? {},
    save: (state) => editor.setState(state),
    reveal: (trace, line, column) => editor.postMessage({ reveal: trace, line, column }),
    asked: (heard) => {
      listener = heard;
    },
  };
}

function entryOf(summary: Summary): Entry {
  const grey = summary.kind === "inline" || summary.kind === "complete";
  const file = summary.file.split(/[\\/]/).at(-1) ?? summary.file;
  const count = summary.attempts === 1 ? t("1 attempt") : t("{0} attempts", summary.attempts);
  return {
    id: summary.id,
    title: summary.target ? `${kindName(summary.kind)} ${summary.target}` : kindName(summary.kind),
    detail: `${file} · ${count}`,
    status: summary.status,
    seconds: summary.seconds,
    at: summary.ended_at,
    grey,
  };
}

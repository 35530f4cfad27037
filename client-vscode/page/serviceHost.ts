/** The page in a browser: it asks the service that served it, with the key that the user brought along. */
import { KeyNeededError, type Entry, type Host, type State } from "./host";
import type { Metrics, Run, Trace } from "./types";
import { t } from "./words";

const KEY = "autoglm.key";
const STATE = "autoglm.state";

/** The service's side of the page. Takes the key out of the address at once. */
export function connect(): Host {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get("key");
  if (given !== null) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return {
    tabs: ["traces", "metrics", "help"],
    filters: false,
    entries: async () => (await ask<{ runs: Run[] }>("v1/runs")).runs.map(entryOf).reverse(),
    trace: (id) => ask<Trace>(`v1/runs/${encodeURIComponent(id)}/trace`),
    metrics: () => ask<Metrics>("v1/metrics"),
    load: () => JSON.parse(sessionStorage.getItem(STATE) ?? "{}") as State,
    save: (state) => sessionStorage.setItem(STATE, JSON.stringify(state)),
    unlock: (key) => sessionStorage.setItem(KEY, key.trim()),
  };
}

async function ask<T>(path: string): Promise<T> {
  const key = sessionStorage.getItem(KEY);
  let response: Response;
  try {
    response = await fetch(path, { headers: key ? { Authorization: `Bearer ${key}` } : {}, cache: "no-store" });
  } catch {
    throw new Error(t("The service does not answer. Is it still running?"));
  }
  if (response.status === 401) {
    throw new KeyNeededError(key ? t("The service has another key.") : "");
  }
  const answer = (await response.json()) as T & { error?: { message: string } };
  if (!response.ok) {
    throw new Error(answer.error?.message ?? String(response.status));
  }
  return answer;
}

function entryOf(run: Run): Entry {
  return {
    id: run.id,
    title: run.title,
    detail: run.stage,
    status: run.status,
    seconds: run.seconds,
    at: Date.parse(run.started_at) / 1000,
    grey: false,
  };
}

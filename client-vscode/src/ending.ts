/** Ends a language client in whatever state it is. */

/** The library ends the process of a client that was disposed while it started, two seconds later. */
const KILLED_WITHIN_MS = 3_500;
/** At the first try its process may not be there yet. */
const MOST_TRIES = 2;

/** What is used of a language client. */
export interface Client {
  start(): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * End it and its server. `starts` says whether it is starting: such a client cannot be stopped, but its process can
 * be ended, and then its start fails. It is waited for, because it would register its commands beside those of the
 * next client. Rejects when the server did not end by itself.
 */
export async function endClient(client: Client, starts: () => boolean, patience_ms = KILLED_WITHIN_MS): Promise<void> {
  if (starts()) {
    const start = client.start().catch(() => undefined); // The start that is under way: a disposed client has no other.
    for (let tries = 0; starts() && tries < MOST_TRIES; tries += 1) {
      client.dispose().catch(() => undefined);
      await within(patience_ms, start);
    }
  }
  await client.dispose();
}

async function within(limit_ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit_ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

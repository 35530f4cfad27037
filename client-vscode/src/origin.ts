/** URLs of endpoints, as users type them. */

/** Scheme, host and port, in the form that browsers write; undefined unless `url` is one of http or https. */
export function originOf(url: string): string | undefined {
  try {
    const { protocol, origin } = new URL(url.trim());
    return protocol === "http:" || protocol === "https:" ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** Whether what is sent to `url` can be read on the way: it is http, and not to this machine. */
export function isOpenToOthers(url: string): boolean {
  const { protocol, hostname } = new URL(url.trim());
  const here = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
  return protocol === "http:" && !here;
}

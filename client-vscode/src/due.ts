/** When what the user declined may be offered again. */

const DAY_MS = 24 * 60 * 60 * 1000;

/** `declined` is when the user last did, in milliseconds. One that is still to come was noted by a wrong clock. */
export function isDue(declined: number | undefined, now: number): boolean {
  return declined === undefined || declined > now || now - declined >= DAY_MS;
}

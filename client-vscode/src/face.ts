/** Which one of its states the status bar item shows. */
import type { ServerStatus } from "./methods";

export type Face = "starting" | "failed" | "loading" | "working" | "paused" | "offline" | "ready";

/** What matters most comes first. A model that nobody has needed yet is no reason to show anything but "ready". */
export function overall(
  server: "starting" | "ready" | "failed",
  working: boolean,
  paused: boolean,
  told: ServerStatus | undefined,
): Face {
  if (server !== "ready") {
    return server;
  }
  const states = new Set(told?.engines.map((engine) => engine.state));
  if (states.has("loading")) {
    return "loading";
  }
  if (working) {
    return "working";
  }
  if (paused) {
    return "paused";
  }
  return states.has("offline") ? "offline" : "ready";
}

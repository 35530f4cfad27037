/** The server's wheel that is packed with this extension. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** `file` is its path; `id` names its version and its very content, as the name of a folder. */
export interface Wheel {
  file: string;
  id: string;
}

/** The wheel under `extension`, the extension's folder. Throws when it was packed without one. */
export function bundledWheel(extension: string): Wheel {
  const folder = join(extension, "out", "wheel");
  const note = JSON.parse(readFileSync(join(folder, "wheel.json"), "utf8")) as Record<string, string>;
  const { file = "", version = "", sha256 = "" } = note;
  return { file: join(folder, file), id: `${version}-${sha256.slice(0, 8)}` };
}

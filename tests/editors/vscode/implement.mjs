// The light bulb's Implement replaces a stub by code that passes its doctest; one undo brings the stub back.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "./workbench.mjs";

await scenario("implement", async (window) => {
  const before = readFileSync(join(window.folder, "clamp.py"), "utf8");
  await window.open("clamp.py");
  await window.status("ready");
  await window.goTo(1, 8);
  const entry = await window.lightBulb("Implement clamp");
  await window.picture("light_bulb");
  await entry.click();
  const after = await window.saved("clamp.py", (text) => text !== before && text !== "");
  assert.match(after, /return max\(low, min\(value, high\)\)/);
  assert.doesNotMatch(after, /\.\.\.$/m);
  await window.picture("implemented");
  await window.press("Control+Z");
  await window.saved("clamp.py", (text) => text === before);
});

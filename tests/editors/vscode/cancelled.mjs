// An action that is stopped by its button leaves the text alone, and the next one works.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "./workbench.mjs";

await scenario("cancelled", async (window) => {
  const file = join(window.folder, "clamp.py");
  const before = readFileSync(file, "utf8");
  await window.open("clamp.py");
  await window.status("ready");
  await window.goTo(1, 8);
  await (await window.lightBulb("Implement clamp")).click();
  const progress = await window.notification("Implementing clamp");
  await window.status("working");
  await window.picture("progress");
  await progress.getByRole("button", { name: "Cancel" }).click();
  await window.status("ready");
  await window.pause(1500);
  await window.press("Control+S");
  assert.equal(readFileSync(file, "utf8"), before);
  await window.picture("cancelled");
  await window.goTo(1, 8);
  await (await window.lightBulb("Implement clamp")).click();
  await window.saved("clamp.py", (text) => /return max\(low, min\(value, high\)\)/.test(text));
});

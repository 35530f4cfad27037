// Who types on while an action is at work keeps what was typed: the late edit is refused, and the user is told.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "./workbench.mjs";

await scenario("stale", async (window) => {
  const file = join(window.folder, "clamp.py");
  const before = readFileSync(file, "utf8");
  await window.open("clamp.py");
  await window.status("ready");
  await window.goTo(1, 8);
  await (await window.lightBulb("Implement clamp")).click();
  await window.notification("Implementing clamp");
  await window.goTo(1, 1);
  await window.type("# mine");
  await window.press("Enter");
  await window.notification("changed");
  await window.picture("stale");
  await window.status("ready");
  await window.pause(1500);
  await window.saved("clamp.py", (text) => text !== before);
  assert.equal(readFileSync(file, "utf8"), `# mine\n${before}`);
});

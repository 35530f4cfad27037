// An edit that is under way is stopped by Escape, also when it took the place of another, and by the button of its
// progress; the text stays as it is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "./workbench.mjs";

await scenario("stopped_edit", async (window) => {
  const file = join(window.folder, "shapes.py");
  const before = readFileSync(file, "utf8");
  const ask = async () => {
    await window.goTo(2, 5);
    await window.press("Control+Alt+I");
    await window.answer("refuse negative sides");
    const progress = await window.notification("Editing");
    await window.status("working");
    return progress;
  };
  await window.open("shapes.py");
  await window.status("ready");

  await ask();
  await window.press("Escape");
  await window.status("ready");

  await ask();
  await ask();
  await window.pause(1000); // By then the first one has ended.
  await window.status("working");
  await window.press("Escape");
  await window.status("ready");

  const progress = await ask();
  await progress.getByRole("button", { name: "Cancel" }).click();
  await window.status("ready");
  await progress.waitFor({ state: "detached" });
  assert.equal(await window.page.locator(".notification-toast.error").count(), 0);
  assert.equal(await window.page.locator(".monaco-diff-editor").count(), 0);
  await window.saved("shapes.py", (text) => text === before);
});

// An edit by instruction is shown before it is made: accepted, one undo brings the code back; discarded, it stays as
// it is; after typing on, the edit is refused, and asked for again at the same code.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "./workbench.mjs";

const CHECKED = /raise ValueError\("sides cannot be negative"\)/;

await scenario("preview", async (window) => {
  const file = join(window.folder, "shapes.py");
  const before = readFileSync(file, "utf8");
  const ask = async () => {
    await window.goTo(2, 5);
    await window.press("Control+Alt+I");
    await window.answer("refuse negative sides");
  };
  await window.open("shapes.py");
  await window.status("ready");

  await ask();
  await window.notification("Editing");
  await window.pictures("edit_working");
  await window.diff("raise ValueError");
  await window.pictures("edit_preview");
  assert.equal(readFileSync(file, "utf8"), before, "nothing is made yet");
  await window.press("Control+Enter");
  await window.noDiff();
  await window.saved("shapes.py", (text) => CHECKED.test(text));
  await window.press("Control+Z");
  await window.saved("shapes.py", (text) => text === before);

  // The editor's own menu asks for the same.
  await window.goTo(2, 5);
  const entry = window.page.locator(".monaco-menu .action-label", { hasText: "Edit with an Instruction…" });
  await window.menu(entry, () => window.page.locator(".monaco-editor .view-line").nth(1).click({ button: "right" }));
  await window.dismiss(entry, entry); // A menu that has just opened takes no click.
  await window.answer("refuse negative sides");
  await window.diff("raise ValueError");
  await window.press("Escape");
  await window.noDiff();
  await window.saved("shapes.py", (text) => text === before);

  await ask();
  await window.diff("raise ValueError");
  await window.page.locator(".monaco-diff-editor .original .view-line").first().click();
  await window.press("Home");
  await window.type("# typed on\n");
  await window.page.locator(".statusbar-item", { hasText: "The file changed" }).waitFor();
  await window.picture("edit_stale");
  await window.page.locator(".editor-actions .codicon-check").click();
  const refused = await window.notification("The file changed since this edit was made");
  await window.noDiff();
  await window.saved("shapes.py", (text) => text === `# typed on\n${before}`);

  await window.page.locator(".monaco-editor .view-line").first().click();
  await refused.getByRole("button", { name: "Ask Again" }).click();
  await window.page.locator(".statusbar-item", { hasText: "Ln 3, Col 5" }).waitFor();
  await window.answer("refuse negative sides");
  await window.diff("raise ValueError");
  await window.press("Control+Enter");
  await window.noDiff();
  await window.saved("shapes.py", (text) => text.startsWith("# typed on\ndef") && CHECKED.test(text));
});

// What the user excluded is shown to no model, whatever the settings of the repository say; these may exclude more.
import { scenario } from "./workbench.mjs";

await scenario("excluded", async (window) => {
  const select = async (file) => {
    await window.page.dblclick(`.explorer-folders-view [aria-label*="${file}"]`);
    await window.page.locator(".tab.active", { hasText: file }).waitFor();
    await window.goTo(1, 8);
  };
  await window.open("shapes.py");
  await window.status("ready");
  await select("shapes.py");
  await window.lightBulb("Implement area");
  await window.press("Escape");

  const none = window.page.locator(".monaco-editor-overlaymessage", { hasText: "No code actions available" });
  for (const file of ["secret.py", "theirs.py"]) {
    await select(file);
    await window.menu(none, () => window.press("Control+."));
    await window.press("Escape");
    await none.waitFor({ state: "detached" });
  }
});

// The user says in words what should change, and what is wrong; then reads how the change came about.
import { scenario } from "./workbench.mjs";

await scenario("edit", async (window) => {
  await window.open("shapes.py");
  await window.status("ready");
  await window.goTo(2, 5);
  await window.command("AutoGLM: Edit with an Instruction");
  await window.answer("refuse negative sides");
  await window.diff("raise ValueError");
  await window.press("Control+Enter");
  await window.saved("shapes.py", (text) => /raise ValueError\("sides cannot be negative"\)/.test(text));
  await window.picture("edited");

  // Only words say that this function is wrong: the first draft does the same as before, and is not shown.
  await window.goTo(8, 5);
  const entry = await window.lightBulb("Fix area: say what is wrong…");
  await window.picture("fix_by_words_menu");
  await entry.click();
  await window.page.locator(".quick-input-widget", { hasText: "What is wrong?" }).waitFor();
  await window.picture("fix_by_words_box");
  await window.answer("it must give the area, not half the perimeter");
  await window.diff("return width * height");
  await window.picture("fix_by_words_preview");
  await window.press("Control+Enter");
  await window.saved("shapes.py", (text) => /return width \* height/.test(text));

  await window.command("AutoGLM: Show the Last Suggestion's Trace");
  await window.webview("it must give the area");
  await window.webview("does the same as before");
  await window.picture("trace");
});

// The user says in words what should change; then reads how the change came about.
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
  await window.command("AutoGLM: Show the Last Suggestion's Trace");
  await window.webview("refuse negative sides");
  await window.picture("trace");
});

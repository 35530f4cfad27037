// In Restricted Mode nothing of the workspace is run and none of its settings starts a program; checks by reading stay.
import { scenario } from "./workbench.mjs";

await scenario("untrusted", async (window) => {
  await window.open("clamp.py");
  await window.restricted();
  await window.status("ready");
  await window.goTo(1, 8);
  await (await window.lightBulb("Implement clamp")).click();
  // It fails its doctest: that it is shown says that the doctest was not run.
  await window.saved("clamp.py", (text) => /return min\(low, max\(value, high\)\)/.test(text));
  await window.command("AutoGLM: Show the Last Suggestion's Trace");
  await window.inner().getByText("3 not looked at").click();
  await window.webview("the workspace is not trusted, so nothing of it is run");
  await window.picture("untrusted");
});

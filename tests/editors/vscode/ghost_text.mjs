// The server gets ready. Grey text appears where a function's body is typed; Tab takes it.
import assert from "node:assert/strict";
import { scenario } from "./workbench.mjs";

await scenario("ghost_text", async (window) => {
  await window.open("shapes.py");
  await window.status("ready");
  await window.goTo(1, 1);
  await window.press("End");
  await window.press("Enter");
  await window.type("return ");
  assert.match(await window.ghostText(), /width \* height/);
  await window.picture("ghost_text");
  await window.press("Tab");
  await window.saved("shapes.py", (text) => /^ {4}return width \* height$/m.test(text));
});

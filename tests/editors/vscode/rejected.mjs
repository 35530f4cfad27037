// Grey text that the user sends away leaves the text as it is, and does not come back by itself.
import assert from "node:assert/strict";
import { scenario } from "./workbench.mjs";

await scenario("rejected", async (window) => {
  await window.open("shapes.py");
  await window.status("ready");
  await window.goTo(1, 1);
  await window.press("End");
  await window.press("Enter");
  await window.type("return ");
  assert.match(await window.ghostText(), /width \* height/);
  await window.press("Escape");
  await window.noGhostText();
  await window.pause(1000);
  await window.noGhostText();
  await window.saved("shapes.py", (text) => /^ {4}return\s*$/m.test(text) && !text.includes("width * height"));
});

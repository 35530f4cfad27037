// "Implement" above a stub and "Write tests" above a function, once the setting says so; each does what it says.
import assert from "node:assert/strict";
import { scenario } from "./workbench.mjs";

await scenario("lens", async (window) => {
  await window.open("clamp.py");
  await window.status("ready");
  assert.equal(await window.lens("Implement").count(), 0, "off by default");
  window.set({ "autoglm.code_lens": true, "autoglm.actions.preview": "other_files" });
  await window.lens("Implement").waitFor();
  assert.equal(await window.lens("Write tests").count(), 1);
  await window.pictures("lens");

  await window.lens("Implement").click();
  await window.saved("clamp.py", (text) => /return max\(low, min\(value, high\)\)/.test(text));
  await window.lens("Write tests", 1).waitFor();
  assert.equal(await window.lens("Implement").count(), 0, "it is no stub any more");

  // The tests go into another file: they are shown before it is made, as the setting says.
  await window.lens("Write tests", 1).click();
  await window.page.locator(".refactor-preview, .bulk-edit-panel").first().waitFor();
  await window.pictures("refactor_preview");
  await window.applyRefactoring();
  await window.page.waitForSelector('.tab.active[aria-label^="test_clamp.py"]');
  await window.saved("tests/test_clamp.py", (text) => /def test_half/.test(text));
  await window.picture("tests_written");

  await window.page.click('.tab[aria-label^="clamp.py"]');
  await window.lens("Write tests").waitFor();
  window.set({ "autoglm.code_lens": false });
  await window.lens("Write tests").waitFor({ state: "detached" });
});

// The status bar item's menu: a pause stops grey text in this window at once; models and nodes can be seen and chosen.
import assert from "node:assert/strict";
import { scenario } from "./workbench.mjs";

await scenario("status_menu", async (window) => {
  const menu = () => window.page.click('.statusbar-item [aria-label^="AutoGLM"]');
  await window.open("shapes.py");
  await window.status("ready");
  // The item knows the engines a moment after the server answers.
  await menu();
  while ((await (await window.entry("Switch the model")).innerText()).indexOf("scripted") < 0) {
    await window.press("Escape");
    await menu();
  }
  const kept = Number(/kept today: (\d+)/.exec(await window.page.locator(".quick-input-title").innerText())[1]);
  await window.pictures("status_menu");
  await (await window.entry("Pause grey text")).click();
  await window.status("paused");
  await window.picture("status_paused");

  await window.goTo(1, 1);
  await window.press("End");
  await window.press("Enter");
  await window.type("return ");
  await window.page.waitForTimeout(1500);
  assert.equal(await window.page.locator(".ghost-text, .ghost-text-decoration").count(), 0);

  await menu();
  await (await window.entry("Resume grey text")).click();
  await window.status("ready");
  await window.goTo(2, 12);
  await window.press("Backspace");
  await window.type(" ");
  assert.match(await window.ghostText(), /width \* height/);
  await window.press("Tab");

  await window.page.hover('.statusbar-item [aria-label^="AutoGLM"]');
  await window.page.locator(".monaco-hover", { hasText: `Kept today: ${kept + 1}` }).waitFor();
  await window.pictures("status_tooltip");

  await menu();
  await (await window.entry("Nodes")).click();
  await window.entry("Actions: scripted");
  await window.pictures("nodes");
  await window.press("Escape");

  await menu();
  await (await window.entry("Switch the model")).click();
  await (await window.entry("Grey text")).click();
  await window.entry("qwen2.5-coder-1.5b");
  await window.pictures("switch_model");
  await (await window.entry("qwen2.5-coder-1.5b")).click();
  await window.settled("autoglm.models.inline", "qwen2.5-coder-1.5b");
  await window.status("ready");
});

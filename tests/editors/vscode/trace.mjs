// What was tried for a suggestion is shown beside the code, in the theme's colours; a finding leads to its line; what
// is suggested next is shown by itself.
import assert from "node:assert/strict";
import { scenario } from "./workbench.mjs";

await scenario("trace", async (window) => {
  const refused = [];
  window.page.on("console", (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) {
      refused.push(`${message.location().url}: ${message.text()}`);
    }
  });
  await window.open("clamp.py");
  await window.status("ready");
  await window.theme("Dark Modern");
  await window.goTo(1, 8);
  await (await window.lightBulb("Implement clamp")).click();
  await window.saved("clamp.py", (text) => text.includes("max(low"));
  await window.press("Control+B");
  await window.command("AutoGLM: Show the Last Suggestion's Trace");
  const view = window.inner();
  await view.locator(".attempt.accepted").waitFor();
  assert.deepEqual(await view.locator(".attempt h2 > span:first-child").allTextContents(), [
    "Attempt 1: first draft",
    "Attempt 2: fresh draft",
  ]);
  await window.page.mouse.move(400, 600); // Away from what would show a tooltip.
  await window.page.waitForSelector(".workbench-hover", { state: "hidden" });
  await window.picture("trace_view_dark");
  for (const [theme, kind] of [["Light Modern", "vscode-light"], ["Dark High Contrast", "vscode-high-contrast"]]) {
    await window.theme(theme);
    await view.locator(`body.${kind}`).waitFor();
    await window.picture(`trace_view_${kind.slice("vscode-".length)}`);
  }
  await window.theme("Light Modern");

  // The failed doctest is at line 4, which the editor shows.
  await view.locator("[data-finding]").first().click();
  await window.page.waitForSelector('.statusbar-item [aria-label^="Ln 4,"]');

  // Grey text has a trace as well; the list has both, and can leave it out.
  await window.goTo(10, 1);
  await window.type("sizes = ");
  await window.ghostText();
  await view.locator("h1", { hasText: "Grey text" }).waitFor();
  await view.getByRole("img", { name: /^Steps: / }).waitFor();
  await window.picture("trace_view_grey_text");
  await view.getByRole("button", { name: "All suggestions" }).click();
  await view.getByLabel("Show").selectOption({ label: "Actions" });
  assert.equal(await view.locator(".list li").count(), 1);
  await window.picture("trace_view_list");
  await view.locator(".list button", { hasText: "Implement clamp" }).click();
  await view.locator("h1", { hasText: "Implement clamp" }).waitFor();

  // What was chosen is still there when the panel was hidden meanwhile.
  await window.page.locator(".tab", { hasText: "AutoGLM Trace" }).click();
  await window.command("Help: Welcome");
  await window.page.locator(".tab", { hasText: "AutoGLM Trace" }).click();
  await window.inner().locator("h1", { hasText: "Implement clamp" }).waitFor();
  await window.inner().getByRole("button", { name: "Metrics" }).click();
  await window.inner().getByRole("img", { name: "attempts: 2" }).waitFor();
  const ours = refused.filter((each) => /vscode-webview|trace/.test(each));
  assert.deepEqual(ours, [], "the page asks for nothing that its policy forbids");
});

// What cannot be started is named in one message, whose button leads to the setting; mending it is enough.
import assert from "node:assert/strict";
import { scenario } from "./workbench.mjs";

await scenario("failing_server", async (window) => {
  await window.open("shapes.py");
  await window.status("not running");
  const first = await window.notification("This is no language server: sh -c echo start");
  assert.equal(await window.page.locator(".notification-toast").count(), 1);
  await window.picture("failing_server");
  await first.getByRole("button", { name: "Try Again" }).click();
  await window.holds("starts", (text) => text === "start\nstart\n");

  window.setServer(["/no/such/autoglm", "lsp"]);
  const second = await window.notification("/no/such/autoglm");
  await second.getByRole("button", { name: "Open Settings" }).click();
  await window.page.waitForSelector('.settings-editor [data-key="autoglm.server.command"]');
  await window.picture("failing_server_settings");

  window.setServer(window.server);
  await window.status("ready");
});

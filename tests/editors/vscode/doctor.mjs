// A server that ends at once: its message has a button that shows what the doctor finds, in a terminal.
import { scenario } from "./workbench.mjs";

await scenario("doctor", async (window) => {
  await window.open("shapes.py");
  await window.status("not running");
  const message = await window.notification("This is no language server");
  await message.getByRole("button", { name: "Run Doctor" }).click();
  const terminal = window.page.locator(".terminal-wrapper .xterm-rows");
  await terminal.getByText("Engines").first().waitFor();
  await window.picture("doctor");
});

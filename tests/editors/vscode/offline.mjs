// An engine that cannot be reached is seen in the status bar, with the reason; the nodes say so too.
import { scenario } from "./workbench.mjs";

await scenario("offline", async (window) => {
  await window.open("shapes.py");
  await window.status("ready");
  await window.goTo(1, 1);
  await window.press("End");
  await window.press("Enter");
  await window.type("return ");
  await window.status("offline");
  await window.page.hover('.statusbar-item [aria-label^="AutoGLM"]');
  await window.page.locator(".monaco-hover", { hasText: "The scripted engine went away" }).waitFor();
  await window.pictures("status_offline");
  await window.command("AutoGLM: Show the Nodes");
  await window.entry("The scripted engine went away");
});

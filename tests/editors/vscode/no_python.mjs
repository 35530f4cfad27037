// An interpreter that is none is named, with a button that leads to choosing another; choosing one is enough.
import { scenario } from "./workbench.mjs";

await scenario("no_python", async (window) => {
  await window.open("shapes.py");
  await window.status("not running");
  const old = await window.notification("is Python 3.8, and AutoGLM needs 3.11 or newer.");
  await window.picture("no_python");
  await old.getByRole("button", { name: "Choose Interpreter…" }).click();
  const dialog = window.page.locator(".quick-input-widget:visible");
  await dialog.getByText("Choose a Python of version 3.11 or newer").waitFor();
  await dialog.getByText("shapes.py").waitFor();
  await dialog.locator("input").first().fill(window.more.python);
  await window.picture("no_python_choose");
  await window.dismiss(dialog, dialog.getByText("Use This Python", { exact: true }));
  await window.status("offline"); // The server runs, and has no model.
  await window.configured((settings) => settings["autoglm.server.python"] === window.more.python);
});

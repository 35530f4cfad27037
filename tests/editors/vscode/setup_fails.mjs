// pip cannot have what the server needs: the message says why and leaves nothing behind. Trying again is one click,
// and so is stopping it.
import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { scenario } from "./workbench.mjs";

await scenario("setup_fails", async (window) => {
  const { storage, pip } = window.more;
  const environments = () => (existsSync(storage) ? readdirSync(storage).filter((name) => name.startsWith("server-")) : []);
  await window.open("shapes.py");
  await window.status("not running");
  const failed = await window.notification("It says: No matching distribution found for");
  await window.picture("setup_fails");
  assert.deepEqual(environments(), []);

  rmSync(pip);
  await failed.getByRole("button", { name: "Try Again" }).click();
  const progress = await window.notification("AutoGLM sets up its server (once): installing");
  assert.equal(environments().length, 1);
  await progress.getByRole("button", { name: "Cancel" }).click();
  const stopped = await window.notification("The setting up of its server was stopped.");
  await stopped.getByRole("button", { name: "Try Again" }).waitFor();
  assert.deepEqual(environments(), []);
});

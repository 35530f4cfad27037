// No settings at all: the server's environment is made from the bundled wheel in the user's sight, the server gets
// ready, and the model that is missing is offered. The second start takes the environment as it is.
import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "./workbench.mjs";

const SETUP_MS = 150_000;

await scenario("first_run", async (window) => {
  window.page.setDefaultTimeout(SETUP_MS);
  await window.open("shapes.py");
  const toast = await window.notification("AutoGLM sets up its server (once)");
  // What pip works on is shown, package by package.
  await toast.getByText(/: installing [a-z][\w.-]+$/).first().waitFor();
  await window.picture("first_run_setup");
  await window.status("offline"); // The server runs, and has no model.
  await toast.waitFor({ state: "hidden" });

  const { storage } = window.more;
  const environments = () => readdirSync(storage).filter((name) => name.startsWith("server-"));
  const [made, ...others] = environments();
  assert.deepEqual(others, []);
  assert.ok(existsSync(join(storage, made, "complete.json")));

  const offer = await window.notification("AutoGLM needs a model for grey text, which runs on this machine.");
  const words = await offer.innerText();
  for (const fact of ["qwen2.5-coder-0.5b", "491 MB", "Apache-2.0", "huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF"]) {
    assert.ok(words.includes(fact), `${fact} in: ${words}`);
  }
  assert.ok(words.includes("share/autoglm/models"), words);
  await window.picture("first_run_offer");
  await offer.getByRole("button", { name: "Not Now" }).click();
  await offer.waitFor({ state: "hidden" });

  const note = join(storage, made, "complete.json");
  const before = statSync(note).mtimeMs;
  await window.command("AutoGLM: Restart the Server");
  await window.status("starting");
  await window.status("offline");
  assert.deepEqual(environments(), [made]);
  assert.equal(statSync(note).mtimeMs, before);
});

// Without settings, the interpreter that the Python extension names is started, when it has the server.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { scenario } from "./workbench.mjs";

/** The command lines of the servers that run. */
function servers() {
  const lines = readdirSync("/proc").map((name) => {
    try {
      return /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").slice(0, -1) : [];
    } catch {
      return []; // It ended meanwhile.
    }
  });
  return lines.filter((line) => line.slice(1).join(" ") === "-P -m autoglm_server lsp");
}

await scenario("python_extension", async (window) => {
  await window.open("shapes.py");
  await window.status("offline"); // The server runs, and has no model.
  assert.ok(servers().some(([python]) => python === window.more.python), JSON.stringify(servers()));
  assert.equal(await window.page.getByText("AutoGLM sets up its server").count(), 0);
});

// A server that is killed is started again, and the user is told.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { scenario } from "./workbench.mjs";

/** The processes whose command line names this script. */
function servers(script) {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(`--script\0${script}`);
    } catch {
      return false; // It ended meanwhile.
    }
  });
}

await scenario("killed_server", async (window) => {
  await window.open("shapes.py");
  await window.status("ready");
  const [server, ...others] = servers(window.script);
  assert.deepEqual(others, []);
  process.kill(Number(server), "SIGKILL");
  await window.notification("AutoGLM's server stopped and is started again");
  await window.status("ready");
  await window.picture("killed_server");
  const [next, ...more] = servers(window.script);
  assert.deepEqual(more, []);
  assert.notEqual(next, server);
});

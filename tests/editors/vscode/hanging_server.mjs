// A server that never answers is ended, and its process with it, as soon as another is wanted: by a changed setting,
// and by the command, which also comes between a killed server and its slow successor.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scenario } from "./workbench.mjs";

const SLOW = 'if [ -e began ]; then sleep 6; fi; touch began; exec "$@"';

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

await scenario("hanging_server", async (window) => {
  await window.open("shapes.py");
  await window.status("starting");
  const hanging = (await window.holds("pid", (text) => text.endsWith("\n"))).trim();
  await window.command("AutoGLM: Restart the Server");
  const next = (await window.holds("pid", (text) => text.endsWith("\n") && text.trim() !== hanging)).trim();
  assert.equal(existsSync(`/proc/${hanging}`), false);

  const slow = SLOW.replaceAll("began", join(window.folder, "began"));
  window.setServer(["sh", "-c", slow, "sh", ...window.server]);
  await window.status("ready");
  assert.equal(existsSync(`/proc/${next}`), false);

  const [server, ...others] = servers(window.script);
  assert.deepEqual(others, []);
  process.kill(Number(server), "SIGKILL");
  await window.notification("AutoGLM's server stopped and is started again");
  await window.status("starting");
  const successor = servers(window.script);
  await window.command("AutoGLM: Restart the Server");
  await window.status("ready");
  const [last, ...more] = servers(window.script);
  assert.deepEqual(more, []);
  assert.ok(!successor.includes(last));
  assert.equal(await window.page.locator(".notification-toast .codicon-error").count(), 0);
});

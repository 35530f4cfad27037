import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspectInterpreter } from "../src/interpreter";

const folder = mkdtempSync(join(tmpdir(), "autoglm-interpreter-"));
after(() => rmSync(folder, { recursive: true }));

function program(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("an interpreter without the package is bare", async () => {
  // -S leaves site-packages out, so that this holds wherever the test runs.
  const python = program("bare", 'exec python3 -S -E "$@"');
  const found = await inspectInterpreter(python, folder);
  assert.equal(found.kind, "bare");
  assert.match(found.kind === "bare" ? found.version : "", /^3\.\d+$/);
});

test("an interpreter that finds the package is ready, and the package is not run", async () => {
  const home = mkdtempSync(join(folder, "with-server-"));
  writeFileSync(join(home, "autoglm_server.py"), "raise SystemExit('the package was run')");
  const python = program("ready", `PYTHONPATH='${home}' exec python3 -S "$@"`);
  assert.deepEqual(await inspectInterpreter(python, folder), { kind: "ready" });
});

test("a version before 3.11 is too old", async () => {
  const python = program("old", `echo '{"version": [3, 9], "server": true}'`);
  assert.deepEqual(await inspectInterpreter(python, folder), { kind: "old", version: "3.9" });
});

test("a later major version is not too old", async () => {
  const python = program("later", `echo '{"version": [4, 0], "server": true}'`);
  assert.deepEqual(await inspectInterpreter(python, folder), { kind: "ready" });
});

test("a program that is no Python is absent, with what it said", async () => {
  const interpreter = await inspectInterpreter(program("other", "echo hello"), folder);
  assert.equal(interpreter.kind, "absent");
  assert.match(interpreter.kind === "absent" ? interpreter.reason : "", /hello/);
});

test("a missing program is absent, with its name", async () => {
  const interpreter = await inspectInterpreter(join(folder, "no-such-python"), folder);
  assert.equal(interpreter.kind, "absent");
  assert.match(interpreter.kind === "absent" ? interpreter.reason : "", /no-such-python/);
});

test("a Python that does not answer in time is slow, and not absent", async () => {
  const slow = program("slow", "sleep 20");
  assert.deepEqual(await inspectInterpreter(slow, folder, 100), { kind: "slow", seconds: 0.1 });
});

test("a Python that fails is absent", async () => {
  assert.equal((await inspectInterpreter(program("failing", "exit 1"), folder)).kind, "absent");
  assert.equal((await inspectInterpreter(program("crashing", "kill -9 $$"), folder)).kind, "absent");
});

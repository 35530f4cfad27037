import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { holding } from "../src/lock";
import {
  SetupError,
  completePython,
  discardEnvironment,
  makeEnvironment,
  noteUse,
  removeOthers,
} from "../src/privateEnvironment";

const folder = mkdtempSync(join(tmpdir(), "autoglm-environment-"));
after(() => rmSync(folder, { recursive: true }));
const wheel = { file: join(folder, "autoglm_ls-1.0-py3-none-any.whl"), id: "1.0-abcdef01" };
const silent = { step: () => undefined, line: () => undefined };

/** A stand-in for Python, whose `-m venv` makes a folder with a Python that does `pip`. */
function python(name: string, pip: string, venv = "exit 0"): { base: string; storage: string; calls: string } {
  const storage = join(folder, name);
  mkdirSync(storage);
  const [base, calls, inner] = [join(storage, "python"), join(storage, "calls"), join(storage, "inner")];
  writeFileSync(inner, `#!/bin/sh\necho "pip $*" >> '${calls}'\n${pip}\n`);
  const make = `mkdir -p "$4/bin" && cp '${inner}' "$4/bin/python" && chmod 755 "$4/bin/python"`;
  writeFileSync(base, `#!/bin/sh\necho "venv $*" >> '${calls}'\n${make}\n${venv}\n`);
  chmodSync(base, 0o755);
  return { base, storage, calls };
}

function made(storage: string): string[] {
  return readdirSync(storage).filter((name) => name.startsWith("server-") || name.endsWith(".lock"));
}

const never = new AbortController().signal;

test("an environment is made once, with the wheel, and found again", async () => {
  const { base, storage, calls } = python("once", "echo Collecting httpx; exit 0");
  const lines: string[] = [];
  const progress = { step: (step: string) => lines.push(step), line: (text: string) => lines.push(text) };
  const path = await makeEnvironment(base, storage, wheel, never, progress);
  assert.equal(path, join(storage, "server-1.0-abcdef01", "bin", "python"));
  assert.deepEqual(lines, ["creating", "installing", "Collecting httpx"]);
  assert.equal(await completePython(storage, wheel), path);
  assert.equal(await makeEnvironment(base, storage, wheel, never, silent), path);
  const [venv, pip, ...more] = readFileSync(calls, "utf8").trim().split("\n");
  assert.equal(venv, `venv -I -m venv ${join(storage, "server-1.0-abcdef01")}`);
  assert.match(pip ?? "", /-m pip install .*--no-input.* \S+autoglm_ls-1\.0-py3-none-any\.whl$/);
  assert.deepEqual(more, []);
});

test("two windows at once make one environment", async () => {
  const { base, storage, calls } = python("both", "sleep 0.3");
  const steps: string[] = [];
  const progress = { step: (step: string) => steps.push(step), line: () => undefined };
  const both = [1, 2].map(() => makeEnvironment(base, storage, wheel, never, progress));
  const [one, two] = await Promise.all(both);
  assert.equal(one, two);
  assert.equal(readFileSync(calls, "utf8").trim().split("\n").length, 2);
  assert.ok(steps.includes("waiting"));
});

test("what pip could not install leaves nothing, and its reason is told", async () => {
  const said = "WARNING: Retrying after connection broken by 'NewConnectionError: no route': /simple\nERROR: No matching distribution";
  const { base, storage } = python("offline", `printf '%s\\n' "${said}"; exit 1`);
  await assert.rejects(
    makeEnvironment(base, storage, wheel, never, silent),
    (error) => error instanceof SetupError && error.fault === "pip" && /^'NewConnectionError: no route'/.test(error.detail),
  );
  assert.deepEqual(made(storage), []);
  assert.equal(await completePython(storage, wheel), undefined);
});

test("a Python without venv is told from one that fails otherwise", async () => {
  const lacking = python("lacking", "", "echo 'ensurepip is not available.'; echo; exit 1");
  await assert.rejects(makeEnvironment(lacking.base, lacking.storage, wheel, never, silent), { fault: "venv" });
  const full = python("full", "", "echo 'No space left on device' >&2; exit 1");
  const expected = { fault: "folder", detail: "No space left on device" };
  await assert.rejects(makeEnvironment(full.base, full.storage, wheel, never, silent), expected);
  assert.deepEqual([...made(lacking.storage), ...made(full.storage)], []);
});

test("stopping it ends pip and what pip started, and leaves nothing", async () => {
  const { base, storage } = python("stopped", "(sleep 2; touch survived) & touch running; wait");
  const stop = new AbortController();
  const work = makeEnvironment(base, storage, wheel, stop.signal, silent);
  while (!existsSync(join(storage, "running"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  stop.abort(new Error("enough"));
  await assert.rejects(work, /enough/);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assert.equal(existsSync(join(storage, "survived")), false);
  assert.deepEqual(made(storage), []);
});

test("what a killed process left is made anew", async () => {
  const { base, storage } = python("killed", "exit 0");
  const left = join(storage, "server-1.0-abcdef01");
  mkdirSync(left);
  writeFileSync(join(left, "half"), "");
  assert.equal(await completePython(storage, wheel), undefined);
  await makeEnvironment(base, storage, wheel, never, silent);
  assert.equal(existsSync(join(left, "half")), false);
});

/** Make the folder of another version's environment that was used so many days ago. */
function olderVersion(storage: string, id: string, days: number): { id: string } {
  const left = join(storage, `server-${id}`);
  mkdirSync(join(left, "bin"), { recursive: true });
  const then = new Date(Date.now() - days * 24 * 60 * 60 * 1000);
  utimesSync(left, then, then);
  return { id };
}

test("environments of other versions go when they were not used for days, and nothing else", async () => {
  const { base, storage } = python("old", "exit 0");
  olderVersion(storage, "0.7-00000000", 8);
  const used = olderVersion(storage, "0.8-00000000", 8);
  olderVersion(storage, "0.9-00000000", 6);
  olderVersion(storage, "1.0-abcdef01", 100);
  mkdirSync(join(storage, "other"));
  await makeEnvironment(base, storage, wheel, never, silent);
  await noteUse(storage, { ...wheel, ...used });
  await removeOthers(storage, wheel, never);
  assert.deepEqual(made(storage), ["server-0.8-00000000", "server-0.9-00000000", "server-1.0-abcdef01"]);
  assert.ok(existsSync(join(storage, "other")));
});

test("environments are deleted while no other window works on one", async () => {
  const { base, storage } = python("locked", "exit 0");
  await makeEnvironment(base, storage, wheel, never, silent);
  olderVersion(storage, "0.9-00000000", 8);
  const order: string[] = [];
  const broken = async (): Promise<boolean> => {
    order.push("asked again");
    return true;
  };
  let deletions: Promise<unknown>[] = [];
  await holding(join(storage, "setup.lock"), never, () => undefined, async () => {
    deletions = [discardEnvironment(storage, wheel, never, broken), removeOthers(storage, wheel, never)];
    await new Promise((resolve) => setTimeout(resolve, 300));
    order.push("other window");
    assert.deepEqual(made(storage), ["server-0.9-00000000", "server-1.0-abcdef01", "setup.lock"]);
  });
  assert.deepEqual(await Promise.all(deletions), [true, undefined]);
  assert.deepEqual(order, ["other window", "asked again"]);
  assert.deepEqual(made(storage), []);
});

test("an environment that another window made anew meanwhile is kept", async () => {
  const { base, storage } = python("kept", "exit 0");
  await makeEnvironment(base, storage, wheel, never, silent);
  assert.equal(await discardEnvironment(storage, wheel, never, async () => false), false);
  assert.deepEqual(made(storage), ["server-1.0-abcdef01"]);
});

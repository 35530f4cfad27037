import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { holding } from "../src/lock";

const folder = mkdtempSync(join(tmpdir(), "autoglm-lock-"));
after(() => rmSync(folder, { recursive: true }));
const never = new AbortController().signal;
const nothing = (): void => undefined;

test("work behind a lock follows the work before, and the lock goes even when the work fails", async () => {
  const file = join(folder, "order");
  const order: string[] = [];
  const steps = new EventEmitter();
  const firstHolds = once(steps, "first holds");
  const secondWaits = once(steps, "second waits");
  const first = holding(file, never, nothing, async () => {
    order.push("first begins");
    steps.emit("first holds");
    await secondWaits;
    order.push("first fails");
    throw new Error("first");
  });
  await firstHolds;
  const waiting = (): void => {
    order.push("second waits");
    steps.emit("second waits");
  };
  const second = holding(file, never, waiting, async () => order.push("second"));
  await assert.rejects(first, /first/);
  await second;
  assert.deepEqual(order, ["first begins", "second waits", "first fails", "second"]);
  assert.equal(existsSync(file), false);
});

test("a lock that a killed process left is taken over", async () => {
  const file = join(folder, "left");
  writeFileSync(file, "");
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(file, longAgo, longAgo);
  assert.equal(await holding(file, never, nothing, async () => "done"), "done");
});

test("who waits can stop", async () => {
  const file = join(folder, "stopped");
  writeFileSync(file, "");
  const stop = new AbortController();
  const work = holding(file, stop.signal, () => stop.abort(new Error("enough")), async () => "done");
  await assert.rejects(work, /enough/);
  assert.ok(existsSync(file));
});

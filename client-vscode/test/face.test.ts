import assert from "node:assert/strict";
import { test } from "node:test";
import { overall } from "../src/face";
import type { EngineState, ServerStatus } from "../src/methods";

function told(...states: EngineState[]): ServerStatus {
  const engine = { role: "inline", kind: "embedded", model: "m", node: "local", address: "", problem: "" };
  return { paused: false, keptToday: 0, engines: states.map((state) => ({ ...engine, state })) };
}

test("a server that does not answer is shown whatever else is known", () => {
  assert.equal(overall("failed", true, true, told("ready")), "failed");
  assert.equal(overall("starting", false, true, undefined), "starting");
});

test("a model that nobody has needed yet is ready", () => {
  assert.equal(overall("ready", false, false, told("idle", "idle")), "ready");
  assert.equal(overall("ready", false, false, undefined), "ready");
});

test("loading comes before working, which waits for it", () => {
  assert.equal(overall("ready", true, false, told("ready", "loading")), "loading");
  assert.equal(overall("ready", true, false, told("ready")), "working");
});

test("work that was asked for by name is seen during a pause", () => {
  assert.equal(overall("ready", true, true, told("ready")), "working");
  assert.equal(overall("ready", false, true, told("ready")), "paused");
});

test("one engine that cannot be reached is enough for a warning, but not while the user pauses", () => {
  assert.equal(overall("ready", false, false, told("ready", "offline")), "offline");
  assert.equal(overall("ready", false, true, told("offline")), "paused");
});

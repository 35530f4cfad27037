import assert from "node:assert/strict";
import { test } from "node:test";
import { isDue } from "../src/due";

const HOUR_MS = 60 * 60 * 1000;
const NOW = Date.UTC(2026, 0, 31);

test("what was never declined is offered", () => {
  assert.ok(isDue(undefined, NOW));
});

test("what was declined is left alone for a day", () => {
  assert.equal(isDue(NOW, NOW), false);
  assert.equal(isDue(NOW - 23 * HOUR_MS, NOW), false);
  assert.ok(isDue(NOW - 24 * HOUR_MS, NOW));
});

test("a clock that was wrong does not silence an offer for ever", () => {
  assert.ok(isDue(NOW + 1000 * HOUR_MS, NOW));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Speed, bytes, duration } from "../src/transfer";

test("bytes are written as people read them", () => {
  assert.deepEqual([491_400_064, 1_117_320_768, 2_500].map(bytes), ["491 MB", "1.1 GB", "3 kB"]);
});

test("durations are short", () => {
  assert.deepEqual([0.2, 44.6, 150].map(duration), ["1 s", "45 s", "3 min"]);
});

test("the speed is that of the last seconds, once half a second has passed", () => {
  let now = 0;
  const speed = new Speed(() => now);
  assert.equal(speed.note(0), undefined);
  now = 400;
  assert.equal(speed.note(4_000), undefined);
  now = 1_000;
  assert.equal(speed.note(10_000), 10_000);
  for (now = 2_000; now < 12_000; now += 1_000) {
    speed.note(10_000 + (now - 1_000) * 2);
  }
  assert.equal(speed.note(10_000 + (now - 1_000) * 2), 2_000);
});

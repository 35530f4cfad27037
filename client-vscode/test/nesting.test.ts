import assert from "node:assert/strict";
import { test } from "node:test";
import { nest } from "../src/nesting";

test("dotted keys become sections", () => {
  const nested = nest([
    ["inline.enabled", false],
    ["inline.max_tokens", 48],
    ["validators.lint.rejects", "warning"],
    ["exclude", ["*.pem"]],
  ]);
  assert.deepEqual(nested, {
    inline: { enabled: false, max_tokens: 48 },
    validators: { lint: { rejects: "warning" } },
    exclude: ["*.pem"],
  });
});

test("nothing changed is an empty object", () => {
  assert.deepEqual(nest([]), {});
});

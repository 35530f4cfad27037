import assert from "node:assert/strict";
import { test } from "node:test";
import { excludePatterns } from "../src/exclusions";

test("a workspace adds to the user's patterns and hides none of them", () => {
  const layers = { globalValue: ["*.key", "!public.key"], workspaceValue: ["data/"], workspaceFolderValue: ["more/"] };
  assert.deepEqual(excludePatterns(layers, true), ["*.key", "!public.key", "data/", "more/"]);
});

test("a workspace takes no pattern back", () => {
  const layers = { globalValue: ["*.key"], workspaceValue: ["!.env", "!*.key"], workspaceFolderValue: ["!secrets", "x"] };
  assert.deepEqual(excludePatterns(layers, true), ["*.key", "x"]);
  assert.deepEqual(excludePatterns({ workspaceValue: ["!.env"] }, true), []);
  assert.deepEqual(excludePatterns({ workspaceValue: "!.env" }, true), []);
});

test("a workspace that is not trusted adds nothing", () => {
  const layers = { globalValue: ["*.key"], workspaceValue: ["*"], workspaceFolderValue: ["*"] };
  assert.deepEqual(excludePatterns(layers, false), ["*.key"]);
});

test("what stands in two layers of a workspace is sent once, and the user's order stays", () => {
  const layers = { globalValue: ["a", "!a", "a"], workspaceValue: ["b", "a"], workspaceFolderValue: ["b", "a"] };
  assert.deepEqual(excludePatterns(layers, true), ["a", "!a", "a", "b", "a"]);
});

test("what is no list, and no text, is left for the server to complain of", () => {
  assert.deepEqual(excludePatterns({ globalValue: "*.key", workspaceValue: [3] }, true), ["*.key", 3]);
  assert.deepEqual(excludePatterns({}, true), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpenToOthers, originOf } from "../src/origin";

test("the origin is what browsers write", () => {
  assert.equal(originOf(" HTTPS://API.Example.org:443/v1 "), "https://api.example.org");
  assert.equal(originOf("http://[::1]:8080/v1"), "http://[::1]:8080");
});

test("what is no endpoint has no origin", () => {
  for (const url of ["", "localhost:11434/v1", "ftp://example.org", "http://"]) {
    assert.equal(originOf(url), undefined, url);
  }
});

test("plain http is open to others unless it stays on this machine", () => {
  assert.equal(isOpenToOthers("http://gpu.example:8000/v1"), true);
  assert.equal(isOpenToOthers("http://127.evil.example/v1"), true);
  for (const url of ["https://gpu.example/v1", "http://localhost:11434", "http://127.0.0.1:1/v1", "http://[::1]/v1"]) {
    assert.equal(isOpenToOthers(url), false, url);
  }
});

// A run appears by itself, says where it stands, and becomes its trace when it ends.
import assert from "node:assert/strict";
import { scenario } from "./browser.mjs";

await scenario(
  "live",
  async ({ page, picture, url, key, request }) => {
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    const ask = () => fetch(`${url}/v1/generate`, { method: "POST", headers, body: JSON.stringify(request) });
    await page.goto(`${url}/#key=${key}`);
    await page.getByText("Ask for a suggestion").waitFor();
    let answer = ask();
    const newest = page.locator(".list button").first();
    await newest.getByRole("img", { name: "at work" }).waitFor();
    await page.locator("main .empty", { hasText: "attempt 1 of" }).waitFor();
    await page.locator(".attempt.accepted").waitFor();
    assert.equal((await answer).status, 200);
    const first = await newest.getAttribute("data-id");

    answer = ask();
    // The next one comes at the top without anybody doing anything, and is looked at from then on.
    await page.locator("main .empty", { hasText: "attempt 1 of" }).waitFor();
    assert.notEqual(await newest.getAttribute("data-id"), first);
    await picture("live");
    await page.locator(".attempt.accepted").waitFor();
    assert.equal((await answer).status, 200);
    assert.equal(await page.locator(".list li").count(), 2);

    // Who goes back to an older one stays there.
    await page.locator(`.list [data-id="${first}"]`).click();
    await page.locator(`.list [data-id="${first}"][aria-current="true"]`).waitFor();
  },
  ["dark"],
);

// The key comes in the address and leaves it at once; without it, or with a wrong one, the page asks.
import assert from "node:assert/strict";
import { scenario } from "./browser.mjs";

await scenario("key", async ({ page, picture, url, key, problems }) => {
  await page.goto(url);
  await page.getByLabel("Key").waitFor();
  await picture("key");
  await page.getByLabel("Key").fill("not the key, by far");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByText("The service has another key.").waitFor();
  await page.getByLabel("Key").fill(key);
  await page.keyboard.press("Enter");
  await page.locator(".attempt.accepted").waitFor();
  await page.reload();
  await page.locator(".attempt.accepted").waitFor();

  // Chromium itself reports each answer 401, and that is what they were.
  assert.ok(problems.every((problem) => /401/.test(problem)), problems.join("\n"));
  problems.length = 0;

  await page.evaluate(() => sessionStorage.clear());
  await page.goto("about:blank");
  await page.goto(`${url}/#key=${key}`);
  await page.locator(".attempt.accepted").waitFor();
  assert.equal(page.url(), `${url}/`);
  assert.equal(await page.evaluate(() => history.length > 0 && location.hash), "");
});

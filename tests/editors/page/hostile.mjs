// Markup in code, file names and answers is shown as it was written; so are characters that a reader cannot see.
import assert from "node:assert/strict";
import { scenario } from "./browser.mjs";

await scenario("hostile", async ({ page, picture, url, key, problems }) => {
  await page.goto(`${url}/#key=${key}`);
  await page.locator(".attempt").nth(1).waitFor();
  assert.match(await page.locator(".facts").innerText(), /<b>greet\.py/);
  const code = await page.locator(".attempt").first().locator(".diff").innerText();
  assert.match(code, /<script>document\.title='broken'<\/script>/);
  assert.match(code, /U\+202E/);
  assert.match(await page.locator(".attempt .answer").first().innerText(), /No <b>code<\/b> <script>/);
  for (const summary of await page.locator(".more summary").all()) {
    await summary.click();
  }
  assert.match(await page.locator(".more").first().innerText(), /<img src=x onerror=/);
  assert.equal(await page.title(), "AutoGLM");
  assert.equal(await page.locator("article :is(img, script, b, style, iframe)").count(), 0);
  assert.equal(await page.locator("[style], [onclick], [onerror]").count(), 0);
  await picture("hostile");

  // Were there a slip, the policy would stop it: no string becomes markup or code.
  const stopped = await page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML("beforeend", "<i>markup</i>");
      return false;
    } catch (error) {
      return error instanceof TypeError;
    }
  });
  assert.equal(stopped, true);
  assert.deepEqual(problems.splice(0).filter((problem) => !/TrustedHTML/.test(problem)), []);
});

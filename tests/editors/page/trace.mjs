// A run's attempts side by side: findings at their lines, charts, keys; then the metrics, and the help.
import assert from "node:assert/strict";
import { scenario } from "./browser.mjs";

await scenario("trace", async ({ page, picture, url, key }) => {
  await page.goto(`${url}/#key=${key}`);
  await page.locator(".attempt.accepted").waitFor();
  assert.equal(await page.locator(".list li").count(), 1);
  assert.match(await page.locator(".list li").innerText(), /clamp in clamp\.py/);
  assert.match(await page.locator(".trace h1").innerText(), /Implement clamp/);

  // A finding stands under its line, and its place in the line is underlined.
  const first = page.locator(".attempt").first();
  const row = first.locator("tr.finding").first();
  assert.match(await row.innerText(), /Name `hihg` used when not defined[^]*names_types\(unresolved-reference\)/);
  assert.equal(await row.evaluate((element) => element.previousElementSibling.className), "line added");
  assert.equal(await first.locator(".added .squiggle").first().innerText(), "hihg");
  assert.deepEqual(
    await first.locator("tr.removed, tr.added").evaluateAll((rows) => rows.map((each) => each.cells[3].textContent)),
    ["    ...", "    return min(low, max(value, hihg))"],
  );

  // What is far away opens.
  const lines = await first.locator("tr.line").count();
  await first.locator(".fold button").last().click();
  assert.ok((await first.locator("tr.line").count()) > lines);
  assert.match(await first.locator(".diff").innerText(), /def perimeter/);

  // Charts say in words what they show; the checks open to what each looked at.
  assert.match(await first.getByRole("img", { name: /^Time: / }).getAttribute("aria-label"), /names_types \d/);
  assert.match(await first.getByRole("img", { name: /^Tokens: / }).getAttribute("aria-label"), /read \d+, written \d+/);
  const accepted = page.locator(".attempt.accepted");
  await accepted.locator(".checks summary").click();
  assert.match(await accepted.locator(".checks").innerText(), /tests[^]*2 doctests passed/);
  await picture("trace");

  // By keys alone: to the first attempt, its findings, and the last attempt.
  await page.locator(".list button").focus();
  await page.keyboard.press("j");
  const focused = () => page.evaluate(() => document.activeElement.closest("[data-attempt]")?.dataset.attempt);
  assert.equal(await focused(), "1");
  await page.keyboard.press("n");
  assert.equal(await page.evaluate(() => document.activeElement.hasAttribute("data-finding")), true);
  const findings = await page.locator("[data-finding]").count();
  for (let i = 1; i < findings; i++) {
    await page.keyboard.press("n");
  }
  assert.equal(
    await page.evaluate(() => [...document.querySelectorAll("[data-finding]")].at(-1) === document.activeElement),
    true,
  );
  await page.keyboard.press("p");
  const attempts = await page.locator("[data-attempt]").count();
  for (let i = 0; i < attempts; i++) {
    await page.keyboard.press("ArrowRight");
  }
  assert.equal(await focused(), String(attempts));
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid", "the focus is seen");

  await page.getByRole("button", { name: "Metrics" }).click();
  await page.getByRole("img", { name: /^requests: 1$/ }).waitFor();
  assert.match(await page.locator(".metrics").innerText(), /Implement[^]*tokens written[^]*Durations[^]*tests/);
  await picture("metrics");
  await page.getByRole("button", { name: "Help" }).click();
  await page.getByText("POST /v1/generate").waitFor();
  await picture("help");
  await page.reload();
  await page.getByText("POST /v1/generate").waitFor();

  // A narrow window has one column, and the list behind a button.
  await page.setViewportSize({ width: 420, height: 800 });
  await page.getByRole("button", { name: "Traces" }).click();
  await page.locator(".attempt.accepted").waitFor();
  assert.equal(await page.locator(".list").isVisible(), false);
  await picture("trace-narrow");
  await page.getByRole("button", { name: "All suggestions" }).click();
  await page.locator(".list button").click();
  await page.locator(".attempt.accepted").waitFor();
});

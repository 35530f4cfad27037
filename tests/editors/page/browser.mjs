// The service's page in Chromium, in the words of a user. Fails on every error that the page or its policy reports.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"];
const PATIENCE_MS = 30_000;

/**
 * Run a scenario in each theme: `node SCENARIO.mjs JSON`, with `url` of the page, `key`, `shots` for pictures,
 * `chromium` and `modules`, where playwright-core is. A failure leaves a picture.
 */
export async function scenario(name, play, themes = ["light", "dark"]) {
  const where = JSON.parse(process.argv[2]);
  const { chromium } = createRequire(join(where.modules, "index.js"))("playwright-core");
  const browser = await chromium.launch({ executablePath: where.chromium, headless: true, args: FLAGS });
  try {
    for (const theme of themes) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: theme });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      const problems = [];
      const asked = new Set();
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("request", (request) => asked.add(new URL(request.url()).origin));
      const picture = (what) => page.screenshot({ path: join(where.shots, `${what}-${theme}.png`) });
      try {
        await play({ page, picture, theme, problems, ...where });
      } catch (error) {
        await picture(`${name}-failed`);
        throw error;
      }
      assert.deepEqual(problems, []);
      assert.deepEqual([...asked], [new URL(where.url).origin], "the page asks nobody but its service");
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

// A real VS Code workbench in Chromium, in the words of a user. All selectors of the page are here.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE_MS = 60_000;

/** Run a scenario: `node SCENARIO.mjs JSON`, the fields of `Workbench` in JSON. A failure leaves a picture. */
export async function scenario(name, play) {
  const where = JSON.parse(process.argv[2]);
  const { chromium } = createRequire(join(where.modules, "index.js"))("playwright-core");
  const browser = await chromium.launch({ executablePath: where.chromium, headless: true, args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE_MS);
    const workbench = new Workbench(page, where);
    try {
      await play(workbench);
    } catch (error) {
      await workbench.picture(`${name}-failed`);
      throw error;
    }
  } finally {
    await browser.close();
  }
}

export class Workbench {
  /**
   * `url` of code-server, `folder` to open, `shots` for pictures, `settings` file of the machine, `server`'s command
   * line, `script` that it plays.
   */
  constructor(page, { url, folder, shots, settings, server, script }) {
    Object.assign(this, { page, url, folder, shots, settings, server, script });
  }

  /** Open the folder, and a file of it. */
  async open(file) {
    await this.page.goto(`${this.url}/?folder=${encodeURIComponent(this.folder)}`);
    await this.page.dblclick(`.explorer-folders-view [aria-label*="${file}"]`);
    await this.page.waitForSelector(".monaco-editor .view-line");
  }

  /** Wait until the status bar says so: ready, working, not running. */
  async status(words) {
    await this.page.waitForSelector(`.statusbar-item [aria-label^="AutoGLM: ${words}"]`);
  }

  /** Set the server's command line, as the user would in the machine's settings. */
  setServer(command) {
    writeFileSync(this.settings, JSON.stringify({ "autoglm.server.command": command }));
  }

  /** Put the cursor at a line and column, both from 1. */
  async goTo(line, column) {
    await this.page.click(".monaco-editor .view-line >> nth=0");
    await this.page.keyboard.press("Control+G");
    await this.page.waitForSelector(".quick-input-widget:visible input");
    await this.page.keyboard.type(`${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.page.waitForSelector(".quick-input-widget", { state: "hidden" });
  }

  press(keys) {
    return this.page.keyboard.press(keys);
  }

  /** Type as a person does, one key after another. */
  type(text) {
    return this.page.keyboard.type(text, { delay: 40 });
  }

  /** Run a command of the palette, by its full title. */
  async command(title) {
    await this.page.keyboard.press("F1");
    await this.page.waitForSelector(".quick-input-widget:visible input");
    await this.page.keyboard.type(title);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
  }

  /** Fill in the input box that asks for something. */
  async answer(text) {
    const input = this.page.locator(".quick-input-widget:visible input");
    await input.fill(text);
    await input.press("Enter");
  }

  /** Wait for grey text, and return it. */
  async ghostText() {
    const ghost = this.page.locator(".ghost-text, .ghost-text-decoration");
    await ghost.first().waitFor();
    // The page draws spaces as no-break spaces.
    return (await ghost.allTextContents()).join("").replaceAll("\u00a0", " ");
  }

  /** Open the light bulb's menu and wait for an entry. */
  async lightBulb(title) {
    await this.page.keyboard.press("Control+.");
    const entry = this.page.locator(".action-widget .monaco-list-row", { hasText: title });
    await entry.first().waitFor();
    return entry.first();
  }

  /** Wait for a notification, and return it. */
  async notification(text) {
    const toast = this.page.locator(".notification-toast", { hasText: text }).first();
    await toast.waitFor();
    return toast;
  }

  /** Wait until a page inside the editor, such as a Markdown preview, shows a text. */
  async webview(text) {
    const inner = this.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
    await inner.getByText(text).first().waitFor();
  }

  /** Save until the file holds what `fits` accepts; return its text. */
  saved(file, fits) {
    return this.holds(file, fits, () => this.page.keyboard.press("Control+S"));
  }

  /** Wait until a file of the folder holds what `fits` accepts; return its text. `nudge` is done before each look. */
  async holds(file, fits, nudge = async () => {}) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      await nudge();
      await this.page.waitForTimeout(100);
      const text = readFileSync(join(this.folder, file), "utf8");
      if (fits(text)) {
        return text;
      }
      if (Date.now() > end) {
        throw new Error(`${file} never held what was expected, but:\n${text}`);
      }
    }
  }

  /** Keep a picture of the window. */
  async picture(name) {
    await this.page.screenshot({ path: join(this.shots, `${name}.png`) });
  }
}

// A real VS Code workbench in Chromium, in the words of a user. All selectors of the page are here.
import { createRequire } from "node:module";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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
const MENU_PATIENCE_MS = 10_000;

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
   * line, `script` that it plays, `more` that the test says.
   */
  constructor(page, { url, folder, shots, settings, server, script, more }) {
    Object.assign(this, { page, url, folder, shots, settings, server, script, more });
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
    this.configure({ "autoglm.server.command": command });
  }

  /** Make these all of the machine's settings. */
  configure(settings) {
    writeFileSync(this.settings, JSON.stringify(settings));
  }

  /** Wait until the machine's settings hold what `fits` accepts; return them. */
  async configured(fits) {
    for (const end = Date.now() + PATIENCE_MS; ; ) {
      const text = readFileSync(this.settings, "utf8");
      // VS Code writes the file in place, so that for a moment it is empty.
      const settings = text.trim().endsWith("}") ? JSON.parse(text) : undefined;
      if (settings && fits(settings)) {
        return settings;
      }
      if (Date.now() > end) {
        throw new Error(`the machine's settings never held what was expected, but:\n${text}`);
      }
      await this.page.waitForTimeout(100);
    }
  }

  /** Put the cursor at a line and column, both from 1. */
  async goTo(line, column) {
    await this.menu(this.page.locator(".quick-input-widget:visible input"), async () => {
      await this.page.click(".monaco-editor .view-line >> nth=0");
      await this.press("Control+G");
    });
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
    const entry = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
    await this.menu(entry, async (again) => {
      // A page inside the editor that is being loaded may have the keyboard, and lose what is pressed.
      await (again ? this.page.locator(".command-center-center").click() : this.press("F1"));
      await this.page.locator(".quick-input-widget:visible input").fill(`>${title}`, { timeout: MENU_PATIENCE_MS });
    });
    await entry.click();
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
    const entry = this.page.locator(".action-widget .monaco-list-row", { hasText: title }).first();
    await this.menu(entry, () => this.press("Control+."));
    return entry;
  }

  /** Open a menu until it shows an entry: a busy window opens none, or one without it. `open` is told if it is again. */
  async menu(entry, open) {
    for (let left = PATIENCE_MS; ; left -= MENU_PATIENCE_MS) {
      try {
        await open(left < PATIENCE_MS);
        await entry.waitFor({ timeout: MENU_PATIENCE_MS });
        return;
      } catch (error) {
        if (left <= MENU_PATIENCE_MS) {
          throw error;
        }
        await this.press("Escape");
      }
    }
  }

  /** Click a dialog's button until the dialog is gone: while it looks up what was typed, it takes no click. */
  async dismiss(dialog, button) {
    const gone = dialog.waitFor({ state: "hidden" });
    const clicking = (async () => {
      while (await button.isVisible()) {
        await button.click({ timeout: MENU_PATIENCE_MS }).catch(() => {}); // It may go while it is clicked.
        await this.page.waitForTimeout(1_000);
      }
    })();
    await Promise.all([gone, clicking]);
  }

  /** Wait for a notification, and return it. */
  async notification(text) {
    const toast = this.page.locator(".notification-toast", { hasText: text }).first();
    await toast.waitFor();
    return toast;
  }

  /** The document of the page inside the editor. */
  inner() {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  }

  /** Choose a colour theme, by its full name. */
  async theme(name) {
    await this.command("Preferences: Color Theme");
    const input = this.page.locator(".quick-input-widget:visible input");
    await input.fill(name);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click();
    await this.page.waitForSelector(".quick-input-widget", { state: "hidden" });
  }

  /** Wait until a page inside the editor, such as a Markdown preview, shows a text. */
  async webview(text) {
    await this.inner().getByText(text).first().waitFor();
  }

  /** Save until the file holds what `fits` accepts; return its text. */
  saved(file, fits) {
    return this.holds(file, fits, () => this.page.keyboard.press("Control+S"));
  }

  /** Press Auto Fix, and save, until the file holds what `fits` accepts: it makes nothing of what is late. */
  autoFixed(file, fits) {
    return this.holds(file, fits, async () => {
      await this.press("Shift+Alt+.");
      await this.page.waitForTimeout(2500);
      await this.press("Control+S");
    });
  }

  /** Wait until a file of the folder holds what `fits` accepts; return its text. `nudge` is done before each look. */
  async holds(file, fits, nudge = async () => {}) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      await nudge();
      await this.page.waitForTimeout(100);
      const path = join(this.folder, file);
      const text = existsSync(path) ? readFileSync(path, "utf8") : "";
      if (fits(text)) {
        return text;
      }
      if (Date.now() > end) {
        throw new Error(`${file} never held what was expected, but:\n${text}`);
      }
    }
  }

  /** Change settings of the machine; the others stay. */
  async set(settings) {
    this.configure({ ...(await this.configured(() => true)), ...settings });
  }

  /** Keep pictures of the window in the dark and in the light theme, which is left dark. */
  async pictures(name) {
    for (const [theme, kind] of [["Light", "vs"], ["Dark", "vs-dark"]]) {
      await this.set({ "workbench.colorTheme": `Default ${theme} Modern` });
      await this.page.waitForSelector(`.monaco-workbench.${kind}`);
      await this.page.waitForTimeout(300); // Colours fade.
      await this.picture(`${name}_${theme.toLowerCase()}`);
    }
  }

  /** The code lens with a title, above the nth function that has one, from 0. */
  lens(title, nth = 0) {
    return this.page.locator(".codelens-decoration a", { hasText: title }).nth(nth);
  }

  /** Wait for the diff editor whose right side shows a text. */
  async diff(text) {
    await this.page.locator(".monaco-diff-editor .modified .view-line", { hasText: text }).first().waitFor();
  }

  /** The diff editor is gone. */
  async noDiff() {
    await this.page.waitForSelector(".monaco-diff-editor", { state: "detached" });
  }

  /** Wait for an entry of the open list, and return it. */
  async entry(text) {
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
    await row.waitFor();
    return row;
  }

  /** Apply what the refactor preview shows, all of it. */
  async applyRefactoring() {
    const panel = this.page.locator(".bulk-edit-panel");
    // What is to be confirmed is not chosen; the box of a file chooses all of it.
    await panel.locator(".edit-checkbox").first().click();
    await panel.getByRole("button", { name: "Apply" }).click();
  }

  /** Open the light bulb's menu until a fix is there: the checkers that answer the first time are still starting. */
  async preferredFix(title) {
    for (;;) {
      await this.page.keyboard.press("Control+.");
      const menu = this.page.locator(".action-widget");
      await menu.locator(".monaco-list-row").first().waitFor();
      const entry = menu.locator(".monaco-list-row", { hasText: title });
      if ((await entry.count()) > 0) {
        return entry.first();
      }
      await this.page.keyboard.press("Escape");
      await menu.waitFor({ state: "hidden" });
    }
  }

  /** Wait until a setting of the machine has a value. */
  settled(key, value) {
    return this.configured((settings) => settings[key] === value);
  }

  /** Wait until no grey text is there. */
  noGhostText() {
    return this.page.waitForSelector(".ghost-text, .ghost-text-decoration", { state: "detached" });
  }

  /** Wait for what should not happen. */
  pause(milliseconds) {
    return this.page.waitForTimeout(milliseconds);
  }

  /** The window says that its folder is not trusted. */
  restricted() {
    return this.page.waitForSelector('.statusbar-item[id="status.workspaceTrust"]');
  }

  /** Keep a picture of the window, once messages that come in stand still. */
  async picture(name) {
    await this.page.locator(".notification-fade-in").waitFor({ state: "detached" });
    await this.page.screenshot({ path: join(this.shots, `${name}.png`) });
  }
}

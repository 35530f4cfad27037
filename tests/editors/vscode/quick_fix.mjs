// A fix by rule has passed its checks before it is offered, so it is the preferred one: Auto Fix makes it.
import { scenario } from "./workbench.mjs";

await scenario("quick_fix", async (window) => {
  await window.open("half.py");
  await window.status("ready");
  await window.goTo(1, 5);
  const entry = await window.preferredFix("Mend the syntax");
  await window.pictures("quick_fix");
  await entry.click();
  await window.saved("half.py", (text) => text === "def half(x):\n    return x / 2\n");
  await window.press("Control+Z");
  await window.saved("half.py", (text) => text === "def half(x)\n    return x / 2\n");
  await window.goTo(1, 5);
  await window.autoFixed("half.py", (text) => text === "def half(x):\n    return x / 2\n");
});

// A model that is missing is offered once; "Not Now" is an answer, and a command brings the offer back. Its download
// is stopped and resumed, and then grey text comes from the server that runs already.
import assert from "node:assert/strict";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { scenario } from "./workbench.mjs";

const HOLD_AT = 120_000_000;

/** Plays Hugging Face with a model's file. The first answer stops after HOLD_AT bytes, as a slow line would. */
async function hub(file) {
  const total = statSync(file).size;
  const ranges = [];
  const server = createServer((request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    ranges.push(start);
    const range = start ? { "content-range": `bytes ${start}-${total - 1}/${total}` } : {};
    response.writeHead(start ? 206 : 200, { "content-length": total - start, ...range });
    const end = ranges.length === 1 ? HOLD_AT - 1 : undefined;
    createReadStream(file, { start, end }).pipe(response, { end: end === undefined });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, ranges, close: () => server.closeAllConnections() || server.close() };
}

await scenario("model_missing", async (window) => {
  const { model, runtime, python, folder } = window.more;
  const source = await hub(model);
  try {
    const place = ["env", `HF_ENDPOINT=${source.url}`, `AUTOGLM_RUNTIME=${runtime}`, "NO_PROXY=127.0.0.1"];
    window.configure({
      "autoglm.server.command": [...place, python, "-m", "autoglm_server", "lsp"],
      "autoglm.models.folder": folder,
      "autoglm.models.actions": "qwen2.5-coder-0.5b",
      "autoglm.node.idle_minutes": 0.05,
    });
    await window.open("shapes.py");
    await window.status("offline");
    const offer = await window.notification("AutoGLM needs a model, which runs on this machine.");
    for (const fact of ["qwen2.5-coder-0.5b: 491 MB", "licence Apache-2.0", "from huggingface.co/Qwen/", `kept in ${folder}`]) {
      assert.ok((await offer.innerText()).includes(fact), `${fact} in: ${await offer.innerText()}`);
    }
    await window.picture("model_offer");
    // Sent away without an answer, the offer waits among the hidden messages; whoever asks for it gets it.
    await window.press("Escape");
    await offer.waitFor({ state: "hidden" });
    await window.command("AutoGLM: Download the Model…");
    await offer.waitFor();
    await offer.getByRole("button", { name: "Not Now" }).click();
    await offer.waitFor({ state: "hidden" });

    // Who declined is left alone, whether the server starts again or keys are typed.
    await window.command("AutoGLM: Restart the Server");
    await window.status("starting");
    await window.status("offline");
    await window.goTo(1, 1);
    await window.press("End");
    await window.press("Enter");
    await window.type("pass");
    await window.page.waitForTimeout(1500);
    assert.equal(await window.page.locator(".notification-toast").count(), 0);

    // What was asked for by name fails aloud, with a button that mends it; a command does the same.
    await (await window.lightBulb("Implement")).click();
    const failed = await window.notification("The model qwen2.5-coder-0.5b is not on this machine.");
    await failed.getByRole("button", { name: "Download the Model…" }).click();
    const again = await window.notification("AutoGLM needs a model");
    await again.getByRole("button", { name: "Not Now" }).click();
    await again.waitFor({ state: "hidden" });
    await window.command("AutoGLM: Download the Model…");
    await again.getByRole("button", { name: "Download" }).click();
    const progress = await window.notification("Downloading qwen2.5-coder-0.5b");
    await progress.getByText("120 MB of 491 MB").waitFor();
    await window.picture("model_download");
    await window.command("AutoGLM: Download the Model…");
    const already = await window.notification("A model is being downloaded already.");
    await already.hover();
    await already.locator(".codicon-notifications-clear").click();
    await already.waitFor({ state: "detached" });
    await progress.getByRole("button", { name: "Cancel" }).click();
    const stopped = await window.notification("was stopped at 120 MB. What came is kept.");
    await window.picture("model_stopped");
    await stopped.getByRole("button", { name: "Resume" }).click();
    await window.notification("Downloading qwen2.5-coder-0.5b");
    await window.page.locator(".notification-toast").waitFor({ state: "hidden" });
    assert.ok(existsSync(join(folder, basename(model))));
    assert.deepEqual(source.ranges, [0, HOLD_AT]);

    await window.status("ready"); // The model is loaded without being asked.
    await window.press("Control+Backspace");
    await window.type("return ");
    assert.match(await window.ghostText(), /width/);
    await window.picture("model_first_text");
  } finally {
    source.close();
  }
});

// Instead of a model, an endpoint: three questions, and grey text comes from there. The key goes to the endpoint, and
// neither into the settings nor into the server's log.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { scenario } from "./workbench.mjs";

const KEY = "a-key-of-the-test";

/** Answers completions as OpenAI does, whatever it is asked. */
async function endpoint() {
  const keys = new Set();
  const server = createServer((request, response) => {
    keys.add(request.headers.authorization);
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, text: "width * height", finish_reason: "stop" }] })}\n\n`);
      response.end("data: [DONE]\n\n");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => server.closeAllConnections() || server.close();
  return { url: `http://127.0.0.1:${server.address().port}/v1`, keys, close };
}

await scenario("remote_endpoint", async (window) => {
  const { url, keys, close } = await endpoint();
  try {
    await window.open("shapes.py");
    await window.status("offline");
    const offer = await window.notification("AutoGLM needs a model");
    await offer.getByRole("button", { name: "Use a Remote Endpoint…" }).click();
    await window.page.locator(".quick-input-widget:visible", { hasText: "(1/3)" }).waitFor();
    await window.page.locator(".quick-input-widget:visible input").fill("gpu.example:8000");
    await window.page.getByText("Give a URL that begins with http:// or https://.").waitFor();
    await window.picture("remote_endpoint");
    await window.answer(url);
    await window.page.locator(".quick-input-widget:visible", { hasText: "(2/3)" }).waitFor();
    await window.answer("some-coder");
    await window.page.locator(".quick-input-widget:visible", { hasText: "(3/3)" }).waitFor();
    await window.answer(KEY);
    const settings = await window.configured((now) => now["autoglm.actions.engine"] === "remote");
    assert.equal(settings["autoglm.remote.url"], url);
    assert.equal(settings["autoglm.remote.model"], "some-coder");
    assert.equal(settings["autoglm.inline.engine"], "remote");
    assert.ok(!JSON.stringify(settings).includes(KEY));

    await window.status("ready");
    await window.goTo(1, 1);
    await window.press("End");
    await window.press("Enter");
    await window.type("return ");
    assert.match(await window.ghostText(), /width \* height/);
    assert.deepEqual([...keys], [`Bearer ${KEY}`]);
    assert.ok(!readFileSync(window.more.log, "utf8").includes(KEY));
  } finally {
    close();
  }
});

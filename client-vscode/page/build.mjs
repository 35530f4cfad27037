// Builds the page once: the server's package holds it, committed, and the extension gets a copy.
// `--check` builds nothing anew and fails when the committed files are not what the source makes.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const served = join(here, "..", "..", "server", "autoglm_server", "http", "page");
const packed = join(here, "..", "out", "page");

const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: { trace: "main.ts", "trace-style": "trace.css" },
  bundle: true,
  write: false,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  outdir: served,
  logLevel: "warning",
});
const files = outputFiles.map(({ path, text }) => ({ name: basename(path).replace("trace-style", "trace"), text }));

if (process.argv.includes("--check")) {
  const old = files.filter(({ name, text }) => read(join(served, name)) !== text).map(({ name }) => name);
  if (old.length > 0) {
    console.error(`${old.join(" and ")} of the server's page are not what client-vscode/page makes: run npm run build`);
    process.exit(1);
  }
} else {
  mkdirSync(packed, { recursive: true });
  for (const { name, text } of files) {
    if (read(join(served, name)) !== text) {
      writeFileSync(join(served, name), text);
    }
    writeFileSync(join(packed, name), text);
  }
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

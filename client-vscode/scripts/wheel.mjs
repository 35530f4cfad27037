// Builds the wheel of the server into out/wheel, with its SHA-256 beside it. Does nothing when no source changed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const client = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(client);
const folder = join(client, "out", "wheel");
const SOURCES = ["pyproject.toml", "README.md", "LICENSE", "autoglm_core", "server/autoglm_server", "benchmarks/autoglm_bench"];

const sources = hashSources();
if (known()?.sources !== sources) {
  build();
}

/** What the last build wrote down, if it is still there. */
function known() {
  const note = join(folder, "wheel.json");
  const found = existsSync(note) ? JSON.parse(readFileSync(note, "utf8")) : undefined;
  return found && existsSync(join(folder, found.file)) ? found : undefined;
}

function build() {
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    const arguments_ = ["-m", "pip", "--quiet", "wheel", "--no-deps", "--disable-pip-version-check", "--wheel-dir", draft, root];
    // The date of every file in the wheel: the same sources give the same bytes.
    const environment = { ...process.env, SOURCE_DATE_EPOCH: "1580601600" };
    execFileSync(python(), arguments_, { stdio: ["ignore", "inherit", "inherit"], env: environment });
    const file = readdirSync(draft).find((name) => name.endsWith(".whl"));
    const version = file.split("-")[1];
    const sha256 = createHash("sha256").update(readFileSync(join(draft, file))).digest("hex");
    writeFileSync(join(draft, "wheel.json"), `${JSON.stringify({ file, version, sha256, sources })}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The repository's own environment, else the Python that `make` would use. */
function python() {
  const own = join(root, ".venv", "bin", "python");
  return existsSync(own) ? own : (process.env.PYTHON ?? "python3");
}

function hashSources() {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap((name) => files(join(root, name)))) {
    hash.update(`${relative(root, file)}\0`).update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function files(path) {
  if (path.endsWith("__pycache__")) {
    return [];
  }
  let names;
  try {
    names = readdirSync(path);
  } catch (error) {
    if (error.code === "ENOTDIR") {
      return [path];
    }
    throw error;
  }
  return names.sort().flatMap((name) => files(join(path, name)));
}

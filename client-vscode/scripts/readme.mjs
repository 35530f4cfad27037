// Writes out/README.md: the README without its pictures. VS Code's page of an extension shows none but those from https
// addresses, and there is no such address yet; the walkthrough has the same pictures.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const client = dirname(dirname(fileURLToPath(import.meta.url)));
const readme = readFileSync(join(client, "README.md"), "utf8");
mkdirSync(join(client, "out"), { recursive: true });
writeFileSync(join(client, "out", "README.md"), readme.replace(/^!\[.*\]\(media\/.*\)\n\n/gm, ""));

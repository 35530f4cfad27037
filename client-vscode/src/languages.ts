/** The languages that get grey text: those whose syntax the server can check. Python gets everything else as well. */
import type { TextDocumentFilter } from "vscode-languageclient/node";

/** VS Code's identifiers; the server's own list is autoglm_core/languages.py. */
export const CODE = [
  "python",
  "typescript",
  "typescriptreact",
  "javascript",
  "javascriptreact",
  "rust",
  "go",
  "java",
  "kotlin",
  "scala",
  "swift",
  "dart",
  "c",
  "cpp",
  "csharp",
  "php",
  "ruby",
  "shellscript",
  "lua",
  "r",
  "html",
  "xml",
  "css",
  "scss",
  "json",
  "jsonc",
  "yaml",
  "toml",
  "sql",
  "dockerfile",
  "makefile",
] as const;

/** A selector of files and of untitled documents in these languages. */
export function codeDocuments(): TextDocumentFilter[] {
  return CODE.flatMap((language) => [
    { language, scheme: "file" },
    { language, scheme: "untitled" },
  ]);
}

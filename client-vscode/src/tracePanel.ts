/** The trace view: the page of `out/page` in a panel beside the editor. It gets data and gives back places in files. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient/node";
import type { Session } from "./session";

const VIEW = "autoglm.trace";
const COMMANDS: Readonly<Record<string, string>> = {
  traces: "autoglm.traces",
  trace: "autoglm.trace",
  metrics: "autoglm.metrics",
};

/** What the page asks: `id` comes back with the answer. */
interface Question {
  ask: string;
  id: number;
  trace?: string;
}

/** A place in the file of a trace that the page was given; lines and columns count from 1. */
interface Place {
  reveal: string;
  line: number;
  column: number;
}

/** One panel, made when it is asked for, and again after the window was loaded anew. */
export class TracePanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private asked: string | null | undefined;
  private readonly files = new Map<string, string>();
  private readonly registrations: vscode.Disposable;

  constructor(
    private readonly session: Session,
    private readonly extension: vscode.Uri,
  ) {
    this.registrations = vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(VIEW, this),
      vscode.commands.registerCommand("autoglm.openTrace", (trace?: unknown) =>
        this.open(typeof trace === "string" ? trace : null),
      ),
    );
  }

  dispose(): void {
    this.registrations.dispose();
    this.panel?.dispose();
  }

  /** Take over the panel of the window before. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.adopt(panel);
    return Promise.resolve();
  }

  /** Show a trace, by its id or the last one. */
  private open(trace: string | null): void {
    this.asked = trace;
    if (this.panel) {
      this.panel.reveal(undefined, false);
      this.tell();
      return;
    }
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    this.adopt(vscode.window.createWebviewPanel(VIEW, vscode.l10n.t("AutoGLM Trace"), column));
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    const folder = vscode.Uri.joinPath(this.extension, "out", "page");
    panel.iconPath = vscode.Uri.joinPath(this.extension, "media", "icon.png");
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.webview.onDidReceiveMessage((message: unknown) => {
      this.receive(panel, message).catch((error: unknown) => {
        // The panel was closed while the server answered.
        this.session.log.warn(`The trace view was not answered: ${String(error)}`);
      });
    });
    panel.onDidDispose(() => {
      if (this.panel === panel) {
        this.panel = undefined;
      }
    });
    panel.webview.html = page(panel.webview, folder);
  }

  /** What the page says is data: only what fits is acted upon. */
  private async receive(panel: vscode.WebviewPanel, message: unknown): Promise<void> {
    if (isQuestion(message)) {
      const answer = await this.answer(message).then(
        (value) => ({ id: message.id, value }),
        (error: unknown) => ({ id: message.id, error: error instanceof Error ? error.message : String(error) }),
      );
      await panel.webview.postMessage(answer);
      if (message.ask === "words") {
        this.tell();
      }
    } else if (isPlace(message)) {
      await this.reveal(panel, message);
    }
  }

  private async answer({ ask, trace }: Question): Promise<unknown> {
    if (ask === "words") {
      return vscode.l10n.bundle ?? {};
    }
    const command = COMMANDS[ask];
    if (!command || !this.session.client) {
      throw new Error(vscode.l10n.t("AutoGLM's server does not run yet."));
    }
    const request = { command, arguments: trace === undefined ? [] : [trace] };
    const value: unknown = await this.session.client.sendRequest(ExecuteCommandRequest.type, request);
    const { id, file } = (value ?? {}) as { id?: unknown; file?: unknown };
    if (ask === "trace" && typeof id === "string" && typeof file === "string") {
      this.files.set(id, file);
    }
    return value;
  }

  /** The page names a trace, and not a file: only files that the server worked on are opened. */
  private async reveal(panel: vscode.WebviewPanel, { reveal, line, column }: Place): Promise<void> {
    const file = this.files.get(reveal);
    if (file === undefined) {
      return;
    }
    const place = new vscode.Position(line - 1, column - 1);
    const uri = vscode.Uri.file(file);
    const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
    const beside = panel.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      const selection = new vscode.Range(place, place);
      await vscode.window.showTextDocument(document, { selection, viewColumn: open?.viewColumn ?? beside });
    } catch {
      void vscode.window.showWarningMessage(vscode.l10n.t("The file of this trace is not there any more: {0}", file));
    }
  }

  /** Tell the page once which trace is wanted. It listens when it has asked for its words; hidden, it is not there. */
  private tell(): void {
    if (this.asked !== undefined && this.panel?.visible) {
      void this.panel.webview.postMessage({ show: this.asked });
      this.asked = undefined;
    }
  }
}

/** The document: no source of anything but the page's own two files, and no inline style or script. */
function page(webview: vscode.Webview, folder: vscode.Uri): string {
  const nonce = randomBytes(16).toString("base64");
  const address = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>AutoGLM</title>
<link rel="stylesheet" href="${address("trace.css")}">
<script nonce="${nonce}" src="${address("trace.js")}" defer></script>
</head>
<body></body>
</html>`;
}

function isQuestion(message: unknown): message is Question {
  const { ask, id, trace } = (message ?? {}) as Record<string, unknown>;
  return typeof ask === "string" && typeof id === "number" && (trace === undefined || typeof trace === "string");
}

function isPlace(message: unknown): message is Place {
  const { reveal, line, column } = (message ?? {}) as Record<string, unknown>;
  return typeof reveal === "string" && isPlaceNumber(line) && isPlaceNumber(column);
}

function isPlaceNumber(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

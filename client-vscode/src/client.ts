/** The language client: what it tells the server about this editor, and what it adds on the way. */
import * as vscode from "vscode";
import {
  LanguageClient,
  RevealOutputChannelOn,
  type ErrorHandler,
  type LanguageClientOptions,
  type Middleware,
} from "vscode-languageclient/node";
import { codeDocuments } from "./languages";
import type { Launch } from "./launch";
import { ProgressNotices } from "./progress";
import { report } from "./report";
import { changedSettings } from "./settings";
import type { Status } from "./status";
import { followStatus } from "./statusFeed";

/** Messages of the library go to the log: whoever started a request or the server tells the user what to do. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** What a client is made of. */
export interface Parts {
  context: vscode.ExtensionContext;
  launch: Launch;
  /** Environment variables that hand stored keys over; see secrets.ts. */
  keys: Record<string, string>;
  log: vscode.LogOutputChannel;
  status: Status;
  errorHandler: ErrorHandler;
}

/** A client that is not started yet. */
export function createClient(parts: Parts): LanguageClient {
  const { command, args, folder } = parts.launch;
  const progress = new ProgressNotices(() => client);
  const options: LanguageClientOptions = {
    documentSelector: [...codeDocuments(), { language: "python", notebook: "jupyter-notebook" }],
    // `asks`: this client has the command autoglm.edit.ask, which asks the user for an instruction.
    // `offersModels`: it offers models that are missing, so the server need not tell of them at every key.
    initializationOptions: { trusted: vscode.workspace.isTrusted, asks: true, offersModels: true },
    outputChannel: parts.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: parts.errorHandler,
    initializationFailedHandler: () => false,
    middleware: middleware(parts.context.extension, parts.status, progress),
  };
  const env = { ...process.env, ...parts.keys };
  // Without `transport`, which would append an argument to a command line that the user wrote.
  const client = new QuietClient("autoglm", "AutoGLM", { command, args, options: { cwd: folder, env } }, options);
  followStatus(client, parts.status);
  client.onDidChangeState(() => progress.clear());
  return client;
}

function middleware(extension: vscode.Extension<unknown>, status: Status, progress: ProgressNotices): Middleware {
  return {
    provideInlineCompletionItems: (document, position, context, token, next) =>
      status.pause.on ? null : status.during(next(document, position, context, token)),
    handleWorkDoneProgress: (token, params, next) => progress.handle(token, params, () => next(token, params)),
    resolveCodeAction: async (action, token, next) => {
      const resolved = await report(status.during(next(action, token)));
      // An action without an edit changes nothing, which is what the user was just told.
      return resolved ?? action;
    },
    executeCommand: (command, args, next) => report(status.during(next(command, args))),
    workspace: {
      configuration: async (params, token, next) => {
        const theirs = await next(params, token);
        return params.items.map((item, index) => {
          if (item.section !== "autoglm") {
            return Array.isArray(theirs) ? (theirs[index] as unknown) : null;
          }
          const scope = item.scopeUri ? vscode.Uri.parse(item.scopeUri, true) : undefined;
          return changedSettings(extension, scope);
        });
      },
    },
    window: {
      showDocument: async (params, token, next) => {
        if (params.external || !params.uri.endsWith(".md")) {
          return next(params, token);
        }
        // Traces are Markdown, written to be read and not to be edited.
        await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.parse(params.uri, true));
        return { success: true };
      },
    },
  };
}

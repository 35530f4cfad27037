/** The language client: what it tells the server about this editor, and what it adds on the way. */
import * as vscode from "vscode";
import {
  LanguageClient,
  RevealOutputChannelOn,
  type ErrorHandler,
  type LanguageClientOptions,
  type Middleware,
} from "vscode-languageclient/node";
import type { Launch } from "./launch";
import { report } from "./report";
import { changedSettings } from "./settings";
import type { Status } from "./status";

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
  log: vscode.LogOutputChannel;
  status: Status;
  errorHandler: ErrorHandler;
}

/** A client that is not started yet. */
export function createClient(parts: Parts): LanguageClient {
  const { command, args, folder } = parts.launch;
  const options: LanguageClientOptions = {
    documentSelector: [
      { language: "python", scheme: "file" },
      { language: "python", scheme: "untitled" },
      { language: "python", notebook: "jupyter-notebook" },
    ],
    // `asks`: this client has the command autoglm.edit.ask, which asks the user for an instruction.
    initializationOptions: { trusted: vscode.workspace.isTrusted, asks: true },
    outputChannel: parts.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: parts.errorHandler,
    initializationFailedHandler: () => false,
    middleware: middleware(parts.context.extension, parts.status),
  };
  // Without `transport`, which would append an argument to a command line that the user wrote.
  return new QuietClient("autoglm", "AutoGLM", { command, args, options: { cwd: folder } }, options);
}

function middleware(extension: vscode.Extension<unknown>, status: Status): Middleware {
  return {
    provideInlineCompletionItems: (document, position, context, token, next) =>
      status.during(next(document, position, context, token)),
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

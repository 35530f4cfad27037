/** Downloads a model by the server, with its progress in a notification that can be cancelled. */
import * as vscode from "vscode";
import { ProgressType, type LanguageClient } from "vscode-languageclient/node";
import { bytes, duration, Speed } from "./transfer";

/** A model that the settings need, as the server's request `autoglm/models` tells of it; sizes are bytes. */
export interface NeededModel {
  name: string;
  here: boolean;
  bytes: number;
  present: number;
  licence: string;
  source: string;
  description: string;
  roles: string[];
}

/** How a download ended; `present` counts the bytes that are kept. */
export type DownloadEnd = { kind: "here" } | { kind: "stopped"; present: number } | { kind: "failed"; reason: string };

/** A report of the server's progress: LSP's own, and with it what is counted. */
interface Report {
  kind: "begin" | "report" | "end";
  phase?: string;
  done?: number;
  total?: number;
}

const REPORTS = new ProgressType<Report>();
let downloads = 0;

/** Download `model` until it is whole, stopped by the user, or cannot be had. */
export async function downloadModel(client: LanguageClient, model: NeededModel): Promise<DownloadEnd> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t("Downloading {0}", model.name),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const token_name = `autoglm-download-${process.pid}-${(downloads += 1)}`;
    let { present } = model;
    let shown = 0;
    const speed = new Speed();
    const following = client.onProgress(REPORTS, token_name, (report) => {
      if (report.kind !== "report" || report.done === undefined || report.total === undefined) {
        return;
      }
      const share = (100 * report.done) / report.total;
      // While it is checked, the bytes are counted again; the bar stays full.
      const increment = report.phase === "verifying" ? 100 - shown : share - shown;
      shown += Math.max(0, increment);
      present = report.phase === "downloading" ? report.done : present;
      progress.report({ increment: Math.max(0, increment), message: words(report, speed) });
    });
    try {
      await client.sendRequest("autoglm/pullModel", { name: model.name, workDoneToken: token_name }, token);
      return { kind: "here" };
    } catch (error) {
      if (token.isCancellationRequested) {
        return { kind: "stopped", present };
      }
      return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
    } finally {
      following.dispose();
    }
  });
}

function words(report: Report, speed: Speed): string {
  const { phase, done = 0, total = 0 } = report;
  if (phase === "verifying") {
    return vscode.l10n.t("checking that it is whole");
  }
  if (phase === "waiting") {
    return vscode.l10n.t("waiting for another window that downloads it");
  }
  if (phase !== "downloading") {
    return vscode.l10n.t("connecting");
  }
  const rate = speed.note(done);
  const amount = vscode.l10n.t("{0} of {1}", bytes(done), bytes(total));
  if (rate === undefined) {
    return amount;
  }
  return vscode.l10n.t("{0} · {1}/s · {2} left", amount, bytes(rate), duration((total - done) / rate));
}

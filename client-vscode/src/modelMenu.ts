/** Switches the model of grey text or of actions: one of the catalogue, or that of the remote endpoint. */
import * as vscode from "vscode";
import { ModelChoiceRequest, type CatalogueModel, type ModelChoice, type Role } from "./methods";
import { report } from "./report";
import type { Session } from "./session";
import { roleName } from "./statusTooltip";

type ModelEntry = vscode.QuickPickItem & { pick?: { engine: "embedded" | "remote"; model?: string } };

/** Ask for the role and its model, and set it in the user's settings, which the server follows at once. */
export async function switchModel(session: Session): Promise<void> {
  const choice = await report(session.client?.sendRequest(ModelChoiceRequest, {}));
  const role = choice && (await chooseRole(choice));
  if (!role) {
    return;
  }
  const title = vscode.l10n.t("{0}: Choose a Model", roleName(role));
  const chosen = await vscode.window.showQuickPick(modelEntries(choice, role), { title, matchOnDetail: true });
  if (!chosen?.pick) {
    return;
  }
  const { engine, model } = chosen.pick;
  if (engine === "remote" && !choice.remote) {
    // Without an endpoint there is nothing to switch to: it is named first.
    await vscode.commands.executeCommand("autoglm.useRemoteEndpoint");
    return;
  }
  const settings = vscode.workspace.getConfiguration("autoglm");
  if (model !== undefined) {
    await settings.update(`models.${role}`, model, vscode.ConfigurationTarget.Global);
  }
  await settings.update(`${role}.engine`, engine, vscode.ConfigurationTarget.Global);
}

async function chooseRole({ chosen, remote }: ModelChoice): Promise<Role | undefined> {
  const roles: Role[] = ["inline", "actions"];
  const entries = roles.map((role) => ({
    label: roleName(role),
    description: chosen[role].engine === "remote" ? remote : chosen[role].model,
    role,
  }));
  return (await vscode.window.showQuickPick(entries, { title: vscode.l10n.t("Switch the Model") }))?.role;
}

function modelEntries({ models, chosen, remote }: ModelChoice, role: Role): ModelEntry[] {
  const now = chosen[role];
  const here = (isChosen: boolean): string => (isChosen ? "$(check) " : "$(blank) ");
  return [
    { label: vscode.l10n.t("On this machine"), kind: vscode.QuickPickItemKind.Separator },
    ...models.map((model) => ({
      label: here(now.engine === "embedded" && now.model === model.name) + model.name,
      description: `${(model.bytes / 1e6).toFixed(0)} MB · ${model.licence} · ${stateName(model)}`,
      detail: model.description,
      pick: { engine: "embedded" as const, model: model.name },
    })),
    { label: vscode.l10n.t("Elsewhere"), kind: vscode.QuickPickItemKind.Separator },
    {
      label: here(now.engine === "remote") + (remote || vscode.l10n.t("Remote endpoint…")),
      description: remote ? vscode.l10n.t("your remote endpoint") : vscode.l10n.t("asks for its address"),
      pick: { engine: "remote" },
    },
  ];
}

function stateName(model: CatalogueModel): string {
  switch (model.state) {
    case "whole":
    case "unverified":
      return vscode.l10n.t("downloaded");
    case "partial":
      return vscode.l10n.t("partly downloaded");
    case "absent":
      return vscode.l10n.t("not downloaded");
  }
}

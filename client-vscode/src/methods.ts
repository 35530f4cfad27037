/** The server's own methods beside LSP's, with the shapes of what they take and give. */
import { NotificationType, RequestType, type WorkspaceEdit } from "vscode-languageclient/node";

/** A command of the server with its argument, as an offered code action carries it. */
export interface Wish {
  command: string;
  argument: object;
}

/** `edit` is null where nothing passed the checks, which the server has told the user; `summary` says what was checked. */
export interface EditAnswer {
  outcome: string;
  edit: WorkspaceEdit | null;
  summary: string;
}

export type EngineState = "idle" | "loading" | "ready" | "offline";

/** What answers for a role (`inline`: grey text, `actions`, `stronger`), where, and how it stands. */
export interface EngineStatus {
  role: string;
  kind: string;
  model: string;
  node: string;
  address: string;
  state: EngineState;
  problem: string;
}

export interface ServerStatus {
  paused: boolean;
  keptToday: number;
  engines: EngineStatus[];
}

/** A model of the catalogue; `bytes` is the length of its file. */
export interface CatalogueModel {
  name: string;
  bytes: number;
  licence: string;
  description: string;
  state: "whole" | "unverified" | "partial" | "absent";
}

export type Role = "inline" | "actions";

export interface ModelChoice {
  models: CatalogueModel[];
  chosen: Record<Role, { engine: "embedded" | "remote"; model: string }>;
  remote: string;
}

export const EditRequest = new RequestType<Wish, EditAnswer, void>("autoglm/edit");
/** `look`: ask the endpoints first whether they can be reached. */
export const StatusRequest = new RequestType<{ look?: boolean }, ServerStatus, void>("autoglm/status");
export const StatusNotification = new NotificationType<ServerStatus>("autoglm/didChangeStatus");
export const PauseNotification = new NotificationType<{ paused: boolean }>("autoglm/pause");
export const ModelChoiceRequest = new RequestType<object, ModelChoice, void>("autoglm/modelChoice");

/** The patterns of the setting `exclude`, of which a workspace may add some and take none back. */

/** The values of a setting by the layer where they stand, as VS Code tells of them. */
export interface Layers {
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

/**
 * The user's patterns, and behind them those of a trusted workspace that exclude more. VS Code itself takes the last
 * layer alone, so that a repository's `"!.env"` would show the user's secrets to a model.
 */
export function excludePatterns(layers: Layers, trusted: boolean): unknown[] {
  const theirs = trusted ? [...listOf(layers.workspaceValue), ...listOf(layers.workspaceFolderValue)] : [];
  const more = theirs.filter((pattern) => !String(pattern).startsWith("!"));
  // A window with one folder tells its settings as those of the workspace and of the folder.
  return [...listOf(layers.globalValue), ...new Set(more)];
}

/** What is no list counts as its only entry: the server says what is wrong with it. */
function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return value;
  }
  return value === undefined ? [] : [value];
}

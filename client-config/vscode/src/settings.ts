// The settings of VS Code, as the server is told of them.

import * as vscode from 'vscode';

export const SECTION = 'personaLsp';

/** What VS Code keeps for itself. */
const OWN = new Set(['path', 'interpreter', 'trace', 'args', 'ai']);

/**
 * The server's settings: those that somebody set, and null for the others.
 *
 * Defaults are left to the server: they would stand above the project's own persona-lsp.toml.
 */
export function serverSettings(properties: readonly string[]): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const result: Record<string, unknown> = {};
  for (const property of properties) {
    const name = property.slice(SECTION.length + 1);
    if (!property.startsWith(`${SECTION}.`) || OWN.has(name.split('.')[0] ?? '')) {
      continue;
    }
    const told = configuration.inspect(name);
    const isSet = [told?.globalValue, told?.workspaceValue, told?.workspaceFolderValue].some((one) => one !== undefined);
    result[name] = isSet ? configuration.get(name) : null;
  }
  return result;
}

/**
 * The settings of AI, as the environment of the server.
 *
 * Only those that stand in the user's own settings: whoever writes the files of a workspace could send code elsewhere.
 */
export function aiEnvironment(properties: readonly string[]): Record<string, string> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const result: Record<string, string> = {};
  for (const property of properties) {
    const name = property.slice(SECTION.length + 1);
    const value = configuration.inspect(name)?.globalValue;
    if (name.startsWith('ai.') && ['string', 'number', 'boolean'].includes(typeof value) && value !== '') {
      result[variable(name)] = `${value as string | number | boolean}`;
    }
  }
  return result;
}

/** The names of all settings that the extension contributes. */
export function contributed(extension: vscode.Extension<unknown>): string[] {
  const manifest = extension.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> }[] };
  };
  return manifest.contributes.configuration.flatMap((section) => Object.keys(section.properties));
}

/** The languages that the extension starts for. */
export function languages(extension: vscode.Extension<unknown>): string[] {
  const { activationEvents } = extension.packageJSON as { activationEvents: string[] };
  return activationEvents.flatMap((event) => (event.startsWith('onLanguage:') ? [event.slice('onLanguage:'.length)] : []));
}

/** `ai.tokensPerDay` -> `PERSONA_LSP_AI_TOKENS_PER_DAY` */
function variable(name: string): string {
  return `PERSONA_LSP_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).replace('.', '_').toUpperCase()}`;
}

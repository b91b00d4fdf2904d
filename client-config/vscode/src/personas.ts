// Selecting a persona: the list, and the setting that it goes into.

import * as vscode from 'vscode';
import { shown } from './colors';
import { PERSONAS, type PersonaFile } from './protocol';
import type { ServerControl } from './server';
import { SECTION } from './settings';

interface Choice extends vscode.QuickPickItem {
  persona?: PersonaFile;
}

const ORIGINS: Record<PersonaFile['origin'], string> = {
  workspace: 'This workspace',
  github: 'This workspace, .github/agents',
  user: 'Your own',
  bundled: 'With persona-lsp',
  file: 'By its path',
};

const OPEN: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: 'Open the persona file' };

/** Let the user choose, and write the choice into the settings. */
export async function selectPersona(server: ServerControl): Promise<void> {
  const answer = await server.ask<{ personas: PersonaFile[] }>(PERSONAS, {});
  if (answer === undefined) {
    void vscode.window.showWarningMessage('persona-lsp does not run, so it cannot say which personas there are.');
    return;
  }
  const picked = await pick(answer.personas, server);
  if (picked === undefined || picked.active) {
    return;
  }
  const configuration = vscode.workspace.getConfiguration(SECTION);
  await configuration.update('persona', picked.setting, target(configuration));
}

/** Where the choice is written: where one stands already, else in the workspace, else in the user's settings. */
function target(configuration: vscode.WorkspaceConfiguration): vscode.ConfigurationTarget {
  const told = configuration.inspect('persona');
  const workspace = vscode.workspace.workspaceFolders !== undefined;
  if (told?.workspaceValue === undefined && told?.globalValue !== undefined) {
    return vscode.ConfigurationTarget.Global;
  }
  return workspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
}

function pick(personas: PersonaFile[], server: ServerControl): Promise<PersonaFile | undefined> {
  const list = vscode.window.createQuickPick<Choice>();
  list.title = 'Who reviews?';
  list.placeholder = 'A persona';
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.items = choices(personas);
  const active = list.items.find((one) => one.persona?.active === true);
  list.activeItems = active === undefined ? [] : [active];
  return new Promise((resolve) => {
    list.onDidTriggerItemButton(({ item }) => {
      if (item.persona !== undefined) {
        void vscode.window.showTextDocument(server.uri(item.persona.uri));
      }
    });
    list.onDidAccept(() => {
      const chosen = list.selectedItems[0]?.persona;
      if (chosen !== undefined && !chosen.usable) {
        // What is wrong with it stands in the file.
        void vscode.window.showTextDocument(server.uri(chosen.uri));
        resolve(undefined);
      } else {
        resolve(chosen);
      }
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined);
      list.dispose();
    });
    list.show();
  });
}

function choices(personas: PersonaFile[]): Choice[] {
  const items: Choice[] = [];
  let origin: string | undefined;
  for (const persona of personas) {
    if (persona.origin !== origin) {
      origin = persona.origin;
      items.push({ label: ORIGINS[persona.origin], kind: vscode.QuickPickItemKind.Separator });
    }
    items.push(choice(persona));
  }
  return items;
}

function choice(persona: PersonaFile): Choice {
  const color = shown(persona.color);
  const theme = color !== undefined && 'theme' in color ? new vscode.ThemeColor(color.theme) : undefined;
  const notes = [
    persona.active ? 'reviews now' : '',
    persona.usable ? '' : 'cannot be used',
    persona.shadowedBy === null ? '' : 'hidden by another of that name',
  ];
  return {
    label: persona.name,
    description: notes.filter(Boolean).join(', '),
    detail: persona.usable ? persona.description : (persona.problems[0] ?? ''),
    iconPath: new vscode.ThemeIcon(persona.active ? 'pass-filled' : persona.usable ? 'account' : 'error', theme),
    buttons: [OPEN],
    persona,
  };
}

// What VS Code starts: the server, and what is shown beside the text.

import * as vscode from 'vscode';
import type { Location } from 'vscode-languageclient';
import { Ai } from './ai';
import { CoverageView } from './coverageView';
import { EndpointsView } from './endpointsView';
import { selectPersona } from './personas';
import { onInterpreterChange } from './python';
import { ServerControl } from './server';
import { SECTION } from './settings';
import { StatusBar } from './statusBar';
import type { Node } from './tree';

let server: ServerControl | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const control = new ServerControl(context);
  server = control;
  const endpoints = new EndpointsView(control);
  const coverage = new CoverageView(control);
  const ai = new Ai(control, context.secrets);
  const command = (name: string, act: (...args: never[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`${SECTION}.${name}`, act);
  context.subscriptions.push(
    control,
    endpoints,
    coverage,
    ai,
    new StatusBar(control),
    command('selectPersona', () => selectPersona(control)),
    command('showCoverage', () => coverage.show()),
    command('showEndpoints', () => vscode.commands.executeCommand('personaLsp.endpoints.focus')),
    command('filterEndpoints', () => {
      endpoints.chooseFilter();
    }),
    command('clearFilter', () => {
      endpoints.setFilter('');
    }),
    command('openEndpoint', (place: Location) => endpoints.open(place)),
    command('openRegistration', (node: Node) => node.kind === 'endpoint' && endpoints.open(node.endpoint.location)),
    command('copyPath', (node: Node) => node.kind === 'endpoint' && vscode.env.clipboard.writeText(node.endpoint.path)),
    command('reviewWithAi', () => ai.review()),
    command('reviewEndpointWithAi', (node: Node) =>
      node.kind === 'endpoint' && ai.reviewEndpoint(node.endpoint.handlerLocation ?? node.endpoint.location)),
    command('showWhatWouldBeSent', () => ai.show()),
    command('allowAi', () => ai.allow()),
    command('forgetAiConsent', () => ai.forget()),
    command('setAiKey', () => ai.setKey()),
    command('restart', () => control.restart()),
    command('showOutput', () => {
      control.showOutput();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (['path', 'interpreter', 'ai'].some((one) => event.affectsConfiguration(`${SECTION}.${one}`))) {
        void control.restart();
      } else if (event.affectsConfiguration(SECTION)) {
        control.configure();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void control.reconsider()),
  );
  const listening = await onInterpreterChange(() => void control.reconsider());
  if (listening !== undefined) {
    context.subscriptions.push(listening);
  }
  await control.start();
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

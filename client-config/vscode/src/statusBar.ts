// The item in the status bar: who reviews, what was found, whether a model is asked.

import * as vscode from 'vscode';
import { shown } from './colors';
import { findings, onFindings } from './findings';
import type { ServerControl } from './server';
import { counted, inWords } from './tree';

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('personaLsp.status', vscode.StatusBarAlignment.Left, -10);
  private readonly listening: vscode.Disposable;

  constructor(private readonly server: ServerControl) {
    this.item.name = 'persona-lsp';
    const show = (): void => {
      this.show();
    };
    this.listening = vscode.Disposable.from(server.onState(show), server.onStatus(show), onFindings(show));
    show();
    this.item.show();
  }

  dispose(): void {
    this.listening.dispose();
    this.item.dispose();
  }

  private show(): void {
    const { item, server } = this;
    item.color = undefined;
    item.backgroundColor = undefined;
    if (server.state === 'stopped') {
      item.text = '$(debug-disconnect) persona-lsp';
      item.tooltip = 'persona-lsp does not run. Click to start it.';
      item.command = 'personaLsp.restart';
      item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
      return;
    }
    const persona = server.status?.persona;
    if (persona === undefined || persona === null) {
      item.text = server.state === 'starting' ? '$(sync~spin) persona-lsp' : '$(account) no persona';
      item.tooltip = server.state === 'starting' ? 'persona-lsp is starting' : 'Nobody reviews. Click to select a persona.';
      item.command = server.state === 'starting' ? 'personaLsp.showOutput' : 'personaLsp.selectPersona';
      return;
    }
    const counts = counted(findings());
    const parts = [
      counts.errors > 0 ? `$(error) ${counts.errors}` : '',
      counts.warnings > 0 ? `$(warning) ${counts.warnings}` : '',
      counts.errors + counts.warnings === 0 ? '$(pass)' : '',
    ];
    item.text = `$(account) ${persona.name} ${parts.filter(Boolean).join(' ')}`;
    const color = shown(persona.color);
    item.color = color === undefined ? undefined : 'hex' in color ? color.hex : new vscode.ThemeColor(color.theme);
    item.command = 'personaLsp.selectPersona';
    const ai = server.status?.ai ?? 'off';
    item.accessibilityInformation = {
      label: `persona-lsp, ${persona.name} reviews, ${inWords(counts) || 'nothing found'}, AI ${ai}`,
    };
    const text = new vscode.MarkdownString('', true);
    text.isTrusted = { enabledCommands: ['personaLsp.selectPersona', 'personaLsp.showCoverage', 'personaLsp.showEndpoints'] };
    text.appendMarkdown('**').appendText(persona.name).appendMarkdown('** reviews');
    if (persona.description !== '') {
      text.appendMarkdown('  \n').appendText(persona.description);
    }
    text.appendMarkdown(`\n\n${inWords(counts) || 'Nothing found'} · AI ${ai}\n\n`);
    text.appendMarkdown(
      '[$(account) Select persona](command:personaLsp.selectPersona) · [$(checklist) Coverage](command:personaLsp.showCoverage) · [$(list-tree) Endpoints](command:personaLsp.showEndpoints)',
    );
    item.tooltip = text;
  }
}

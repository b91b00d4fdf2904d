// The item in the status bar: who reviews, what was found, whether a model is asked.

import * as vscode from 'vscode';
import { aiWords } from './aiState';
import { shown } from './colors';
import { findings, onFindings } from './findings';
import type { ServerControl } from './server';
import { counted, inWords } from './tree';

/** The words of a link, and its command. */
const LINKS = [
  ['$(account) Select persona', 'personaLsp.selectPersona'],
  ['$(checklist) Coverage', 'personaLsp.showCoverage'],
  ['$(list-tree) Endpoints', 'personaLsp.showEndpoints'],
] as const;

/** The same for AI, with the states in which it makes sense. */
const AI_LINKS = [
  ['$(check) Allow AI', 'personaLsp.allowAi', ['off']],
  ['$(key) Set API key', 'personaLsp.setAiKey', ['no-key', 'unavailable']],
  ['$(sparkle) Review', 'personaLsp.reviewWithAi', ['on', 'running']],
  ['$(eye) What would be sent', 'personaLsp.showWhatWouldBeSent', ['off', 'no-key', 'on', 'running', 'unavailable']],
  ['$(circle-slash) Forget consent', 'personaLsp.forgetAiConsent', ['no-key', 'on', 'running', 'unavailable']],
] as const;

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
    const ai = aiWords(server.status, (time) => time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
    item.text = `$(account) ${persona.name} ${parts.filter(Boolean).join(' ')} ${ai.short}`;
    const color = shown(persona.color);
    item.color = color === undefined ? undefined : 'hex' in color ? color.hex : new vscode.ThemeColor(color.theme);
    item.command = 'personaLsp.selectPersona';
    item.accessibilityInformation = {
      label: `persona-lsp, ${persona.name} reviews, ${inWords(counts) || 'nothing found'}, ${ai.long}`,
    };
    const text = new vscode.MarkdownString('', true);
    text.isTrusted = { enabledCommands: [...LINKS, ...AI_LINKS].map(([, command]) => command) };
    text.appendMarkdown('**').appendText(persona.name).appendMarkdown('** reviews');
    if (persona.description !== '') {
      text.appendMarkdown('  \n').appendText(persona.description);
    }
    text.appendMarkdown(`\n\n${inWords(counts) || 'Nothing found'}\n\n${links(LINKS)}\n\n---\n\n`);
    text.appendText(ai.long);
    const state = server.status?.ai ?? 'off';
    text.appendMarkdown(`\n\n${links(AI_LINKS.filter(([, , states]) => states.some((one) => one === state)))}`);
    item.tooltip = text;
  }
}

function links(all: readonly (readonly [string, string, ...unknown[]])[]): string {
  return all.map(([words, command]) => `[${words}](command:${command})`).join(' · ');
}

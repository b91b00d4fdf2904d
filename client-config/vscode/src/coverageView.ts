// The coverage of the persona at work, in a tab of its own.

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { body, page } from './coverageHtml';
import { Calm } from './findings';
import { COVERAGE, type Coverage } from './protocol';
import type { ServerControl } from './server';

export class CoverageView implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private coverage: Coverage | undefined;
  private readonly calm = new Calm(100, () => void this.refresh());
  private readonly listening: vscode.Disposable;

  constructor(private readonly server: ServerControl) {
    const changed = (): void => {
      this.calm.hear();
    };
    // A change of the persona's sentences is a change of what is found in the code.
    this.listening = vscode.Disposable.from(server.onStatus(changed), server.onEndpoints(changed), this.calm);
  }

  async show(): Promise<void> {
    if (this.panel !== undefined) {
      this.panel.reveal();
      return;
    }
    const coverage = await this.server.ask<Coverage>(COVERAGE, {});
    if (coverage === undefined) {
      void vscode.window.showWarningMessage('There is no persona whose coverage could be shown: persona-lsp does not run.');
      return;
    }
    this.coverage = coverage;
    this.panel = vscode.window.createWebviewPanel('personaLsp.coverage', title(coverage), vscode.ViewColumn.Active, {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [],
    });
    this.panel.webview.onDidReceiveMessage((message: { place?: [number, number]; rule?: string }) => void this.go(message));
    this.panel.onDidDispose(() => {
      this.panel = undefined;
    });
    this.panel.webview.html = page(randomBytes(16).toString('hex'), body(coverage));
  }

  dispose(): void {
    this.listening.dispose();
    this.panel?.dispose();
  }

  private async refresh(): Promise<void> {
    if (this.panel === undefined) {
      return;
    }
    const coverage = await this.server.ask<Coverage>(COVERAGE, {});
    if (coverage !== undefined && JSON.stringify(coverage) !== JSON.stringify(this.coverage)) {
      this.coverage = coverage;
      this.panel.title = title(coverage);
      await this.panel.webview.postMessage({ body: body(coverage) });
    }
  }

  private async go({ place, rule }: { place?: [number, number]; rule?: string }): Promise<void> {
    const { coverage, server } = this;
    if (coverage === undefined) {
      return;
    }
    const url = rule === undefined ? undefined : coverage.pages[rule];
    if (url !== undefined) {
      await showPage(server.uri(url));
    } else if (place !== undefined) {
      const at = new vscode.Range(...place, ...place);
      await vscode.window.showTextDocument(server.uri(coverage.uri), { selection: at });
    }
  }
}

/** A page of the documentation, as it is meant to be read. */
export async function showPage(uri: vscode.Uri): Promise<void> {
  if (uri.scheme === 'file' || uri.scheme === 'vscode-remote') {
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  } else {
    await vscode.env.openExternal(uri);
  }
}

function title(coverage: Coverage): string {
  return `Coverage: ${coverage.name}`;
}

// The view of endpoints in the side bar.

import * as vscode from 'vscode';
import type { Location } from 'vscode-languageclient';
import { Calm, findings, onFindings } from './findings';
import { ENDPOINTS, type Auth, type Endpoint } from './protocol';
import type { ServerControl } from './server';
import { below, inWords, leavesOf, tree, type Counts, type Leaf, type Node } from './tree';
import { nameOf } from './uris';

const SCHEME = 'persona-lsp-endpoint';
const QUIET = 100;

const ICONS: Record<Auth, [string, string]> = {
  required: ['lock', 'login required'],
  optional: ['key', 'login optional'],
  none: ['unlock', 'public'],
  unknown: ['question', 'it could not be told who may call it'],
};

export class EndpointsView implements vscode.TreeDataProvider<Node>, vscode.FileDecorationProvider {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly decorated = new vscode.EventEmitter<undefined>();
  private readonly view: vscode.TreeView<Node>;
  private readonly calm = new Calm(QUIET, () => void this.fetch());
  private readonly disposables: { dispose(): unknown }[];
  private endpoints: Endpoint[] = [];
  private nodes: Node[] = [];
  private filter = '';
  /** Something changed while nobody looked. */
  private stale = true;

  readonly onDidChangeTreeData = this.changed.event;
  readonly onDidChangeFileDecorations = this.decorated.event;

  constructor(private readonly server: ServerControl) {
    this.view = vscode.window.createTreeView('personaLsp.endpoints', { treeDataProvider: this, showCollapseAll: true });
    const refresh = (): void => {
      this.stale = true;
      this.calm.hear();
    };
    this.disposables = [
      this.view,
      this.calm,
      this.changed,
      this.decorated,
      vscode.window.registerFileDecorationProvider(this),
      server.onEndpoints(refresh),
      server.onState(refresh),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
      this.view.onDidChangeVisibility(() => {
        this.calm.hear();
      }),
      onFindings(() => {
        this.build();
      }),
    ];
  }

  getChildren(node?: Node): Node[] {
    return node === undefined ? this.nodes : node.kind === 'endpoint' ? [] : node.children;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'endpoint' ? this.leaf(node) : this.branch(node);
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== SCHEME) {
      return undefined;
    }
    const counts = JSON.parse(uri.query) as Counts;
    const all = counts.errors + counts.warnings + counts.others;
    if (all === 0) {
      return undefined;
    }
    const color =
      counts.errors > 0 ? 'list.errorForeground' : counts.warnings > 0 ? 'list.warningForeground' : undefined;
    return new vscode.FileDecoration(
      all > 9 ? '9+' : String(all),
      inWords(counts),
      color === undefined ? undefined : new vscode.ThemeColor(color),
    );
  }

  /** Ask for words, and show only what has them, while they are typed. */
  chooseFilter(): void {
    const before = this.filter;
    const box = vscode.window.createInputBox();
    box.title = 'Filter endpoints';
    box.placeholder = 'Words of method, path, handler or summary; public, locked, findings, errors, deprecated';
    box.value = before;
    let accepted = false;
    box.onDidChangeValue((value) => {
      this.setFilter(value);
    });
    box.onDidAccept(() => {
      accepted = true;
      box.hide();
    });
    box.onDidHide(() => {
      if (!accepted) {
        this.setFilter(before);
      }
      box.dispose();
    });
    box.show();
  }

  setFilter(filter: string): void {
    this.filter = filter.trim();
    void vscode.commands.executeCommand('setContext', 'personaLsp.filtered', this.filter !== '');
    this.build();
  }

  /** Go to where an endpoint is handled, or registered. */
  async open(place: Location): Promise<void> {
    const { start } = place.range;
    const at = new vscode.Position(start.line, start.character);
    await vscode.window.showTextDocument(this.server.uri(place.uri), { selection: new vscode.Range(at, at) });
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async fetch(): Promise<void> {
    if (!this.stale || !this.view.visible) {
      return;
    }
    this.stale = false;
    const answer = await this.server.ask<{ endpoints: Endpoint[] }>(ENDPOINTS, {});
    if (answer !== undefined) {
      this.endpoints = answer.endpoints;
    } else if (this.server.state === 'stopped') {
      this.endpoints = [];
    }
    this.build();
  }

  private build(): void {
    const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.toString());
    this.nodes = tree(this.endpoints, findings(), folders, this.filter);
    const shown = leavesOf(this.nodes).length;
    this.view.description = this.filter === '' ? '' : `“${this.filter}”`;
    this.view.message =
      this.filter === '' ? '' : shown === 0 ? 'Nothing has all of these words.' : `${shown} of ${this.endpoints.length}`;
    this.changed.fire(undefined);
    this.decorated.fire(undefined);
  }

  private branch(node: Node & { children: Node[]; name: string }): vscode.TreeItem {
    const item = new vscode.TreeItem(node.name, vscode.TreeItemCollapsibleState.Expanded);
    item.id = node.id;
    item.contextValue = node.kind;
    item.resourceUri = decoration(node);
    item.iconPath = new vscode.ThemeIcon(node.kind === 'folder' ? 'root-folder' : 'symbol-interface');
    item.tooltip = inWords(node.counts) || node.name;
    return item;
  }

  private leaf(node: Leaf): vscode.TreeItem {
    const { endpoint } = node;
    const item = new vscode.TreeItem(`${endpoint.method} ${below(endpoint)}`, vscode.TreeItemCollapsibleState.None);
    const [icon, auth] = ICONS[endpoint.auth];
    item.id = node.id;
    item.contextValue = 'endpoint';
    item.resourceUri = decoration(node);
    item.description = [handlerOf(endpoint), endpoint.deprecated ? '(deprecated)' : ''].filter(Boolean).join(' ');
    item.iconPath = new vscode.ThemeIcon(icon);
    item.tooltip = tooltip(node, auth);
    item.accessibilityInformation = { label: `${endpoint.method} ${endpoint.path}, ${auth}, ${inWords(node.counts) || 'no findings'}` };
    item.command = {
      title: 'Go to Handler',
      command: 'personaLsp.openEndpoint',
      arguments: [endpoint.handlerLocation ?? endpoint.location],
    };
    return item;
  }
}

/** What a handler is called; where it has no name of its own, the file that it is in. */
function handlerOf(endpoint: Endpoint): string {
  return endpoint.handler === '' || endpoint.handler.includes(' ') ? nameOf(endpoint.location.uri) : endpoint.handler;
}

function decoration(node: Node): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${encodeURIComponent(node.id)}`, query: JSON.stringify(node.counts) });
}

function tooltip(node: Leaf, auth: string): vscode.MarkdownString {
  const { endpoint } = node;
  const text = new vscode.MarkdownString('', true);
  text.appendMarkdown('**').appendText(`${endpoint.method} ${endpoint.path}`).appendMarkdown('**');
  if (!endpoint.pathKnown) {
    text.appendMarkdown('  \n_What stands before this path could not be told._');
  }
  if (endpoint.summary !== '') {
    text.appendMarkdown('\n\n').appendText(endpoint.summary);
  }
  const guards = endpoint.guards.length > 0 ? ` (${endpoint.guards.join(', ')})` : '';
  text.appendMarkdown(`\n\n$(${ICONS[endpoint.auth][0]}) `).appendText(`${auth}${guards}`);
  if (endpoint.statuses.length > 0) {
    text.appendMarkdown('  \n$(reply) ').appendText(endpoint.statuses.join(' · '));
  }
  for (const finding of node.findings) {
    text.appendMarkdown(`  \n$(${finding.severity === 0 ? 'error' : finding.severity === 1 ? 'warning' : 'info'}) `);
    text.appendText(finding.message);
  }
  return text;
}

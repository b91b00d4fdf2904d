// Claude in VS Code: asked about the place of the cursor, shown what it would be sent, and forgotten again.
//
// Whether it may be asked, what leaves this machine and what is believed is the server's business.

import * as vscode from 'vscode';
import type { Location } from 'vscode-languageclient';
import type { ServerControl } from './server';

const KEY = 'personaLsp.ai.key';
/** The file that the server writes what would be sent to. */
const SENT = '/persona-lsp/texts/what-would-be-sent.json';

export class Ai implements vscode.Disposable {
  private readonly wrapped = new WeakSet<vscode.TextDocument>();
  private readonly listening: vscode.Disposable;

  constructor(
    private readonly server: ServerControl,
    private readonly secrets: vscode.SecretStorage,
  ) {
    this.listening = vscode.window.onDidChangeActiveTextEditor((editor) => {
      this.wrap(editor);
    });
  }

  dispose(): void {
    this.listening.dispose();
  }

  /** Review the function or the endpoint at the cursor, or what is selected. */
  async review(): Promise<void> {
    const place = this.place();
    if (place !== undefined) {
      await this.server.execute('persona-lsp.ai.run', { ...place, work: 'review' });
    }
  }

  /** Review the handler of an endpoint. */
  async reviewEndpoint(place: Location): Promise<void> {
    const uri = this.server.uri(place.uri);
    const { start } = place.range;
    const at = new vscode.Position(start.line, start.character);
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
    await this.review();
  }

  /** Open the very bytes that a review of this place would send. */
  async show(): Promise<void> {
    const place = this.place();
    if (place !== undefined) {
      await this.server.execute('persona-lsp.ai.show', place);
    }
  }

  allow(): Promise<void> {
    return this.server.execute('persona-lsp.ai.allow');
  }

  forget(): Promise<void> {
    return this.server.execute('persona-lsp.ai.forget');
  }

  /** Ask for the key and keep it where VS Code keeps secrets; an empty one removes it. */
  async setKey(): Promise<void> {
    const key = await vscode.window.showInputBox({
      title: 'API key for AI',
      prompt: 'A key of Anthropic, kept in the secrets of VS Code on this machine. Empty: it is removed, and ANTHROPIC_API_KEY counts.',
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) {
      return;
    }
    if (key.trim() === '') {
      await this.secrets.delete(KEY);
    } else {
      await this.secrets.store(KEY, key.trim());
    }
    await this.server.restart();
  }

  /** What would be sent is one long line. */
  private wrap(editor: vscode.TextEditor | undefined): void {
    const document = editor?.document;
    if (document?.uri.path.endsWith(SENT) === true && !this.wrapped.has(document)) {
      this.wrapped.add(document);
      void vscode.commands.executeCommand('editor.action.toggleWordWrap');
    }
  }

  private place(): { uri: string; range: unknown } | undefined {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      void vscode.window.showWarningMessage('Open a file, and put the cursor into the function that is meant.');
      return undefined;
    }
    return this.server.place(editor.document, editor.selection);
  }
}

/** The key that the user gave to VS Code, as the server's environment has it. */
export async function keyIn(secrets: vscode.SecretStorage): Promise<Record<string, string>> {
  try {
    const key = await secrets.get(KEY);
    return key === undefined ? {} : { ANTHROPIC_API_KEY: key };
  } catch {
    // There is no key ring on this machine.
    return {};
  }
}

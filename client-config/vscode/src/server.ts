// The server's life: found, started, started again when it crashes, stopped.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  type ClientCapabilities,
  type DocumentSelector,
  type LanguageClientOptions,
  type ServerOptions,
} from 'vscode-languageclient/node';
import { keyIn } from './ai';
import { Crashes, MOST } from './crashes';
import { discover, isServer, type Server, type Trouble } from './discovery';
import { withoutMessages } from './hover';
import { thisMachine } from './machine';
import { ENDPOINTS_CHANGED, STATUS, type Status } from './protocol';
import { chosenInterpreter } from './python';
import { SECTION, aiEnvironment, contributed, languages, serverSettings } from './settings';

export type State = 'starting' | 'running' | 'stopped';

/** The one server of a window, whatever process it is in. */
export class ServerControl implements vscode.Disposable {
  private readonly output = vscode.window.createOutputChannel('persona-lsp', { log: true });
  private readonly trace = vscode.window.createOutputChannel('persona-lsp trace');
  private readonly crashes = new Crashes();
  private readonly stateEmitter = new vscode.EventEmitter<State>();
  private readonly statusEmitter = new vscode.EventEmitter<Status>();
  private readonly endpointsEmitter = new vscode.EventEmitter<void>();
  private client: LanguageClient | undefined;
  private started = '';
  /** Grows with every start: what belongs to an earlier one is not listened to any more. */
  private round = 0;

  readonly onState = this.stateEmitter.event;
  readonly onStatus = this.statusEmitter.event;
  readonly onEndpoints = this.endpointsEmitter.event;
  state: State = 'stopped';
  status: Status | undefined;

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** Find the server and start it; a message with one button where that cannot be done. */
  async start(): Promise<void> {
    const round = ++this.round;
    this.become('starting');
    await this.end();
    const found = await this.find();
    if (round !== this.round) {
      return;
    }
    this.started = JSON.stringify(found);
    if (!isServer(found)) {
      this.become('stopped');
      this.output.error(found.message);
      void tell(found);
      return;
    }
    this.output.info(`The server (${found.kind}): ${[found.command, ...found.args].join(' ')}`);
    const secret = await keyIn(this.context.secrets);
    if (round !== this.round) {
      return;
    }
    const client = this.make(found, { ...found.env, ...secret }, round);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      this.crashed(round);
    }
    if (this.client === client && client.isRunning()) {
      this.become('running');
    }
  }

  /** Start anew because the user says so. */
  async restart(): Promise<void> {
    this.crashes.forget();
    await this.start();
  }

  /** Start anew only if another server would be found than the one that runs. */
  async reconsider(): Promise<void> {
    if (JSON.stringify(await this.find()) !== this.started) {
      await this.restart();
    }
  }

  /** Ask the server; undefined while there is none, or when it has no answer now. */
  async ask<T>(method: string, params: unknown): Promise<T | undefined> {
    const { client } = this;
    if (client?.isRunning() !== true) {
      return undefined;
    }
    try {
      return await client.sendRequest<T>(method, params);
    } catch (error) {
      this.output.debug(`${method}: ${String(error)}`);
      return undefined;
    }
  }

  /** Run a command of the server; what it says against that is shown. */
  async execute(command: string, argument?: unknown): Promise<void> {
    const { client } = this;
    if (client?.isRunning() !== true) {
      void vscode.window.showWarningMessage('persona-lsp does not run.');
      return;
    }
    try {
      await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: argument === undefined ? [] : [argument] });
    } catch (error) {
      void vscode.window.showWarningMessage(`persona-lsp: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** A place of a document as the server knows it. */
  place(document: vscode.TextDocument, range: vscode.Range): { uri: string; range: unknown } | undefined {
    const converter = this.client?.code2ProtocolConverter;
    return converter === undefined ? undefined : { uri: converter.asUri(document.uri), range: converter.asRange(range) };
  }

  /** A URI of the server as VS Code has it. */
  uri(text: string): vscode.Uri {
    return this.client?.protocol2CodeConverter.asUri(text) ?? vscode.Uri.parse(text);
  }

  /** A setting of the server changed. */
  configure(): void {
    if (this.client?.isRunning() === true) {
      void this.client.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
    }
  }

  showOutput(): void {
    this.output.show();
  }

  async stop(): Promise<void> {
    this.round++;
    await this.end();
  }

  dispose(): void {
    for (const one of [this.output, this.trace, this.stateEmitter, this.statusEmitter, this.endpointsEmitter]) {
      one.dispose();
    }
  }

  private async find(): Promise<Server | Trouble> {
    const configuration = vscode.workspace.getConfiguration(SECTION);
    const bundle = this.context.asAbsolutePath('bundled');
    return discover(
      {
        path: configuration.get('path', ''),
        interpreter: configuration.get('interpreter', ''),
        // An environment may lie in the workspace, and what lies there is not run before the user trusts it.
        environment: vscode.workspace.isTrusted ? await chosenInterpreter() : undefined,
        folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
        bundle,
        wheel: readdirSync(bundle).find((name) => name.endsWith('.whl')),
      },
      thisMachine(bundle),
    );
  }

  private make(server: Server, env: Record<string, string>, round: number): LanguageClient {
    const { extension } = this.context;
    const properties = contributed(extension);
    const serverOptions: ServerOptions = {
      command: server.command,
      args: server.args,
      options: { cwd: join(extension.extensionPath, 'bundled'), env: { ...process.env, ...aiEnvironment(properties), ...env } },
    };
    const clientOptions: LanguageClientOptions = {
      documentSelector: selector(languages(extension)),
      outputChannel: this.output,
      traceOutputChannel: this.trace,
      initializationOptions: { settings: serverSettings(properties) },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          this.crashed(round);
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      middleware: {
        provideHover: async (document, position, token, next) => {
          const hover = await next(document, position, token);
          return hover === null || hover === undefined ? hover : trimmed(hover, document, position);
        },
        workspace: {
          configuration: (params) => params.items.map(() => serverSettings(properties)),
        },
      },
    };
    const client = new QuietClient(SECTION, 'persona-lsp', serverOptions, clientOptions);
    client.registerFeature({
      fillClientCapabilities: (capabilities: ClientCapabilities) => {
        capabilities.experimental = { personaLsp: { status: true, endpointsChanged: true } };
      },
      initialize: () => undefined,
      getState: () => ({ kind: 'static' }),
      clear: () => undefined,
    });
    client.onNotification(STATUS, (status: Status) => {
      this.status = status;
      this.statusEmitter.fire(status);
    });
    client.onNotification(ENDPOINTS_CHANGED, () => {
      this.endpointsEmitter.fire();
    });
    return client;
  }

  /** The process is gone though nobody asked it to go. */
  private crashed(round: number): void {
    if (round !== this.round) {
      return;
    }
    this.round++;
    if (this.crashes.again(Date.now())) {
      this.output.warn('The server ended by itself and is started again.');
      void this.start();
      return;
    }
    this.become('stopped');
    this.output.error(`The server ended by itself after ${MOST} restarts within three minutes and is not started again.`);
    const text = `persona-lsp stopped: it was started again ${MOST} times within three minutes. Its log says why it ends.`;
    void vscode.window.showErrorMessage(text, 'Show Log').then((button) => {
      if (button !== undefined) {
        this.showOutput();
      }
    });
  }

  private async end(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.status = undefined;
    try {
      await client?.dispose();
    } catch {
      // It was gone already.
    }
  }

  private become(state: State): void {
    this.state = state;
    this.stateEmitter.fire(state);
  }
}

/** A client whose own troubles go to the log: what the user has to know of them is said once, by `ServerControl`. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function trimmed(hover: vscode.Hover, document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  const shown = vscode.languages.getDiagnostics(document.uri).filter((one) => one.range.contains(position));
  const messages = shown.map((one) => one.message);
  const related = shown.flatMap((one) => (one.relatedInformation ?? []).map((other) => other.message));
  for (const content of hover.contents) {
    if (content instanceof vscode.MarkdownString) {
      content.value = withoutMessages(content.value, messages, related);
    }
  }
  const contents = hover.contents.filter((one) => !(one instanceof vscode.MarkdownString) || one.value !== '');
  return contents.length === 0 ? undefined : new vscode.Hover(contents, hover.range);
}

/** Source files wherever they are, and the files that steer a review. */
function selector(ids: string[]): DocumentSelector {
  const source = ids.flatMap((language) =>
    ['file', 'untitled', 'vscode-vfs', 'vscode-remote'].map((scheme) => ({ scheme, language })),
  );
  const steering = ['persona-lsp.toml', 'pyproject.toml', '.claude/agents/**/*.md', '.github/agents/*.md', '.cursor/agents/**/*.md', '.cursor/rules/**/*.mdc'];
  return [...source, ...steering.map((pattern) => ({ scheme: 'file', pattern: `**/${pattern}` }))];
}

async function tell(trouble: Trouble): Promise<void> {
  const settings = trouble.kind === 'path-missing';
  const button = settings ? 'Open Settings' : trouble.kind === 'no-libraries' ? 'Get uv' : 'Get Python';
  const chosen = await vscode.window.showErrorMessage(trouble.message, button);
  if (chosen === undefined) {
    return;
  }
  if (settings) {
    // In a remote window, the path is one of the remote machine's settings.
    const tab = vscode.env.remoteName === undefined ? 'openSettings2' : 'openRemoteSettings';
    await vscode.commands.executeCommand(`workbench.action.${tab}`, { query: `@id:${SECTION}.path` });
    return;
  }
  const page = button === 'Get uv' ? 'https://docs.astral.sh/uv/' : 'https://www.python.org/downloads/';
  await vscode.env.openExternal(vscode.Uri.parse(page));
}

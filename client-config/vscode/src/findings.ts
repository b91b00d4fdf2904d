// The findings that VS Code knows of, and when they change.

import * as vscode from 'vscode';
import type { Finding } from './protocol';

const SOURCE = 'persona-lsp';
/** What Claude says has the persona's name for a source, and one of these codes. */
const AI_CODES: readonly unknown[] = ['ai-review', 'ai-suggestion'];
const QUIET = 150;

/** All findings of this server, as the Problems view has them. */
export function findings(): Finding[] {
  return vscode.languages.getDiagnostics().flatMap(([uri, diagnostics]) =>
    diagnostics
      .filter(isOurs)
      .map((one) => ({ uri: uri.toString(), range: one.range, severity: one.severity, message: one.message })),
  );
}

function isOurs(one: vscode.Diagnostic): boolean {
  return one.source === SOURCE || (one.source?.endsWith(' (AI)') === true && AI_CODES.includes(one.code));
}

/** Calls back once things are quiet after a change. */
export function onFindings(changed: () => void): vscode.Disposable {
  const calm = new Calm(QUIET, changed);
  const listening = vscode.languages.onDidChangeDiagnostics(() => {
    calm.hear();
  });
  return vscode.Disposable.from(listening, calm);
}

/** Calls once after a number of calls. */
export class Calm implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly quiet: number,
    private readonly act: () => void,
  ) {}

  hear(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.act, this.quiet);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

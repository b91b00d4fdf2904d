// The extension as other extensions see it: what its providers answer through VS Code's own commands.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const vscode = require('vscode');

const PATIENCE = Number(process.env.PATIENCE ?? 60) * 1000;

async function until(what, look) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`this never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const folder = () => vscode.workspace.workspaceFolders[0].uri;
const at = (path) => vscode.Uri.joinPath(folder(), path);
const findings = (uri) => vscode.languages.getDiagnostics(uri).filter((one) => one.source === 'persona-lsp');
const rules = (uri) => findings(uri).map((one) => one.code.value ?? one.code);
const BOOKS = 'catalogue/app/routes/books.py';

const tests = {
  async 'the extension starts by itself, and says what it can'() {
    const extension = vscode.extensions.getExtension('persona-lsp.persona-lsp');
    assert.ok(extension, 'it is installed');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at(BOOKS)));
    await until('it is active', () => extension.isActive);
    const commands = await vscode.commands.getCommands(true);
    for (const { command } of extension.packageJSON.contributes.commands) {
      assert.ok(commands.includes(command), command);
    }
  },

  async 'findings have their rule with a page that is there'() {
    await until('findings', () => rules(at(BOOKS)).includes('route-shadowed'));
    for (const finding of findings(at(BOOKS))) {
      assert.match(finding.code.target.path, /\.md$/);
      assert.ok(fs.existsSync(finding.code.target.fsPath), finding.code.target.toString());
    }
  },

  async 'files that are not open have findings, too'() {
    await until('findings', () => rules(at('orders/src/database.ts')).includes('hardcoded-secret'));
  },

  async 'symbols lead to endpoints'() {
    const found = await until('symbols', async () => {
      const all = await vscode.commands.executeCommand('vscode.executeWorkspaceSymbolProvider', 'payments/{id}/capture');
      return all.length > 0 && all;
    });
    assert.equal(found[0].name, 'POST /api/v1/payments/{id}/capture');
  },

  async 'the persona of persona-lsp.toml reviews as long as VS Code names none'() {
    const settings = vscode.workspace.getConfiguration('personaLsp');
    assert.equal(settings.get('persona'), 'backend-developer', 'the default that must not be sent');
    await vscode.workspace.fs.writeFile(at('persona-lsp.toml'), Buffer.from('persona = "query-hawk"\n'));
    await until('fewer findings', () => !rules(at(BOOKS)).includes('route-shadowed') && rules(at(BOOKS)).length > 0);
    await settings.update('persona', 'backend-developer', vscode.ConfigurationTarget.Workspace);
    await until('VS Code stands above the file', () => rules(at(BOOKS)).includes('route-shadowed'));
    await settings.update('persona', undefined, vscode.ConfigurationTarget.Workspace);
    await until('the file again', () => !rules(at(BOOKS)).includes('route-shadowed'));
    await vscode.workspace.fs.delete(at('persona-lsp.toml'));
    await until('the default', () => rules(at(BOOKS)).includes('route-shadowed'));
  },

  async 'a wrong setting is said where it stands'() {
    await vscode.workspace.fs.writeFile(at('persona-lsp.toml'), Buffer.from('code-lense = true\n'));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at('persona-lsp.toml')));
    await until('the problem', () => findings(at('persona-lsp.toml')).some((one) => /code-lens/.test(one.message)));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(at('persona-lsp.toml'));
  },

  async 'files of personas are checked, and other Markdown is left alone'() {
    const text = Buffer.from('---\nname: other\ndescription: Reviews: everything\n---\n\nYou keep APIs consistent.\n');
    const places = ['.claude/agents/other.md', '.github/agents/other.agent.md', '.cursor/agents/other.md', '.cursor/rules/other.mdc'];
    for (const place of [...places, 'notes.md']) {
      await vscode.workspace.fs.writeFile(at(place), text);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at(place)));
      if (places.includes(place)) {
        await until(`a problem in ${place}`, () => rules(at(place)).includes('unquoted-colon'));
      }
    }
    assert.deepEqual(findings(at('notes.md')), []);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const place of [...places, 'notes.md']) {
      await vscode.workspace.fs.delete(at(place));
    }
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at(BOOKS)));
  },

  async 'a text that is in no file is reviewed'() {
    const content = 'from fastapi import FastAPI\napp = FastAPI()\n\n@app.post("/orders")\ndef create(db, name: str):\n    db.add(name)\n    db.commit()\n    return {"name": name}\n\n@app.get("/a/{b}")\ndef read(c: int):\n    return c\n';
    const document = await vscode.workspace.openTextDocument({ language: 'python', content });
    await vscode.window.showTextDocument(document);
    await until('findings', () => findings(document.uri).length > 0);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await until('they go with it', () => findings(document.uri).length === 0);
  },

  async 'the hover does not say again what VS Code says above it'() {
    const [finding] = findings(at(BOOKS)).filter((one) => (one.code.value ?? one.code) === 'page-size-unbounded');
    const hovers = await vscode.commands.executeCommand('vscode.executeHoverProvider', at(BOOKS), finding.range.start);
    const text = hovers.flatMap((one) => one.contents).map((one) => one.value ?? one).join('\n');
    assert.match(text, /One curious client/);
    assert.ok(!text.includes(finding.message), text);
  },

  async 'a quick fix changes what it says'() {
    const document = await vscode.workspace.openTextDocument(at(BOOKS));
    const [finding] = findings(at(BOOKS)).filter((one) => (one.code.value ?? one.code) === 'page-size-unbounded');
    const kind = vscode.CodeActionKind.QuickFix.value;
    const all = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', at(BOOKS), finding.range, kind, 10);
    const fix = all.find((one) => one.title === 'Cap limit at 100');
    assert.ok(fix?.edit, all.map((one) => one.title).join());
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.match(document.getText(), /limit: Annotated\[int, Query\(ge=1, le=100\)\] = 20/);
    await until('the finding is gone', () => !rules(at(BOOKS)).includes('page-size-unbounded'));
    await document.save();
    assert.match(fs.readFileSync(at(BOOKS).fsPath, 'utf8'), /le=100/);
  },

  async 'the server starts again when asked to'() {
    await vscode.commands.executeCommand('personaLsp.restart');
    await until('findings', () => rules(at(BOOKS)).includes('route-shadowed'));
  },
};

exports.run = async function run() {
  const say = (text) => fs.appendFileSync(process.env.PERSONA_LSP_TEST_REPORT, `${text}\n`);
  for (const [name, test] of Object.entries(tests)) {
    const begin = Date.now();
    try {
      await test();
      say(`ok ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
    } catch (error) {
      say(`FAILED ${name}\n${error.stack}`);
      throw error;
    }
  }
};

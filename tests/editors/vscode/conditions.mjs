// What happens where something is missing, broken, foreign or unusual: node conditions.mjs NAME
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PATIENCE, done, scenario, spaced, until } from './workbench.mjs';

const { FOLDER, PYTHON } = process.env; // PYTHON: an interpreter that has persona-lsp
const BOOKS = 'catalogue/app/routes/books.py';
const programs = fs.mkdtempSync(path.join(os.tmpdir(), 'persona-lsp-programs-'));

/** A program of that name in a folder of its own, which may then be all that is on the PATH. */
function program(name, text) {
  const file = path.join(programs, name);
  fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

const written = (name) => (fs.existsSync(path.join(programs, name)) ? fs.readFileSync(path.join(programs, name), 'utf8') : '');
const stopped = (code) => code.page.locator('.statusbar-item .codicon-debug-disconnect');

const conditions = {
  'no-python': {
    options: { env: { PATH: programs } },
    async play(code) {
      await code.load(BOOKS);
      const toast = code.toast('no Python was found');
      await toast.waitFor();
      assert.match(await toast.innerText(), /needs Python 3\.11 or newer/);
      assert.deepEqual(await toast.locator('.monaco-button').allInnerTexts(), ['Get Python']);
      await stopped(code).waitFor();
      await code.shot('no-python');
    },
  },

  'old-python': {
    options: { env: { PATH: programs } },
    async play(code) {
      program('python3', `echo '{"version": [3, 9], "executable": "/usr/bin/python3.9", "installed": true, "bundled": []}'`);
      await code.load(BOOKS);
      const toast = code.toast('3.9');
      await toast.waitFor();
      assert.match(await toast.innerText(), /needs Python 3\.11 or newer, and Python 3\.9 \(\/usr\/bin\/python3\.9\) is the newest/);
      assert.deepEqual(await toast.locator('.monaco-button').allInnerTexts(), ['Get Python']);
      await code.shot('old-python');
    },
  },

  'only-uvx': {
    options: { env: { PATH: programs } },
    async play(code) {
      program('uvx', `echo "$@" > ${programs}/arguments\nexec ${PYTHON} -m persona_lsp`);
      await code.load(BOOKS);
      await code.editor().locator('.squiggly-warning').first().waitFor();
      assert.match(written('arguments'), /^--python >=3\.11 --from \S+persona_lsp-[\d.]+-py3-none-any\.whl persona-lsp$/m);
    },
  },

  'path-missing': {
    options: { machine: { 'personaLsp.path': '/nowhere/persona-lsp' } },
    async play(code) {
      await code.load(BOOKS);
      const toast = code.toast('/nowhere/persona-lsp');
      await toast.locator('.monaco-button', { hasText: 'Open Settings' }).click();
      await code.page.locator('.settings-editor', { hasText: 'Persona Lsp: Path' }).waitFor();
      await code.shot('path-missing');
    },
  },

  'always-crashes': {
    options: { machine: { 'personaLsp.path': program('crashing', `echo start >> ${programs}/starts; exit 3`) } },
    async play(code) {
      await code.load(BOOKS);
      const toast = code.toast('persona-lsp stopped');
      await toast.waitFor();
      assert.equal(written('starts').split('\n').filter(Boolean).length, 6, 'once, and five times again');
      await stopped(code).waitFor();
      await code.shot('always-crashes');
      await toast.locator('.monaco-button', { hasText: 'Show Log' }).click();
      const panel = code.page.locator('.part.panel');
      await until('the log', async () => /ended\sby\sitself\safter\s5\srestarts/.test(await panel.innerText()));
      assert.equal(written('starts').split('\n').filter(Boolean).length, 6, 'and then no more');
    },
  },

  'killed': {
    options: {},
    async play(code) {
      await code.load(BOOKS);
      await code.editor().locator('.squiggly-error').first().waitFor();
      const [first] = await until('the server', () => code.servers().length > 0 && code.servers());
      process.kill(Number(first), 'SIGKILL');
      await until('another server', () => code.servers().some((pid) => pid !== first));
      await until('the one that was killed is gone', () => !code.servers().includes(first));
      await code.editor().locator('.squiggly-warning').first().waitFor();
      await code.page.locator('.statusbar-item', { hasText: /backend-developer\s+\d+\s+\d+/ }).waitFor();
    },
  },

  'vscode-killed': {
    options: {},
    async play(code) {
      await code.load(BOOKS);
      await code.editor().locator('.squiggly-error').first().waitFor();
      const program = (pid) => path.basename(fs.readlinkSync(`/proc/${pid}/exe`, { encoding: 'utf8' }));
      const pythons = () => code.programs().filter((pid) => {
        try { return program(pid).startsWith('python'); } catch { return false; }
      });
      await until('the server and its worker', () => pythons().length >= 2);
      const servers = pythons();
      const vscode = code.programs().filter((pid) => !servers.includes(pid));
      assert.ok(vscode.length >= 2, 'VS Code and its extension host');
      for (const pid of vscode) {
        process.kill(Number(pid), 'SIGKILL');
      }
      await until('the end of the server', () => pythons().length === 0, 30_000);
    },
  },

  'environment': {
    options: { env: { PERSONA_LSP_TEST_CHOSEN: path.join(programs, 'chosen') } },
    async play(code) {
      const command = (pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
      const bundled = (pid) => /PYTHONPATH=[^\0]*bundled/.test(fs.readFileSync(`/proc/${pid}/environ`, 'utf8'));
      await code.load(BOOKS, [['extensionDevelopmentPath', code.remote(path.join(import.meta.dirname, 'python'))]]);
      await code.editor().locator('.squiggly-error').first().waitFor();
      assert.ok(code.servers().some(bundled), 'no environment is chosen yet');
      fs.writeFileSync(path.join(programs, 'chosen'), PYTHON);
      await until('the server of the environment', () => code.servers().some((pid) => command(pid) === PYTHON && !bundled(pid)));
      await until('the end of the other one', () => code.servers().length === 1);
      await code.editor().locator('.squiggly-error').first().waitFor();
      await code.page.locator('.statusbar-item', { hasText: /backend-developer\s+\d+\s+\d+/ }).waitFor();
    },
  },

  'virtual': {
    options: {},
    async play(code) {
      const file = path.join(FOLDER, 'virtual.code-workspace');
      fs.writeFileSync(file, JSON.stringify({ folders: [{ uri: 'vscode-vfs://memory/shop', name: 'shop' }] }));
      const memory = ['extensionDevelopmentPath', code.remote(path.join(import.meta.dirname, 'memory'))];
      await code.load(undefined, [memory, ['openFile', 'vscode-vfs://memory/shop/app.py']], { workspace: file });
      await code.editor().waitFor();
      await code.editor().locator('.squiggly-error').first().waitFor();
      await code.page.locator('.statusbar-item', { hasText: /backend-developer\s+1\s/ }).waitFor();
      await code.command('Show Endpoints');
      await code.page.locator('.sidebar [role="treeitem"]', { hasText: spaced('GET /orders/newest') }).first().click();
      await code.page.locator('.statusbar-item', { hasText: spaced('Ln 12,') }).waitFor();
      await code.shot('virtual');
    },
  },

  'restricted': {
    options: { trust: true },
    async play(code) {
      const evil = program('evil', `touch ${programs}/ran; exec ${PYTHON} -m persona_lsp`);
      const settings = { 'personaLsp.path': evil, 'personaLsp.interpreter': evil, 'personaLsp.persona': 'query-hawk' };
      fs.mkdirSync(path.join(FOLDER, '.vscode'), { recursive: true });
      fs.writeFileSync(path.join(FOLDER, '.vscode/settings.json'), JSON.stringify(settings));
      fs.writeFileSync(path.join(FOLDER, 'msgspec.py'), `open('${programs}/ran', 'w')\n`);
      await code.load(BOOKS);
      await code.page.locator('.monaco-dialog-box .monaco-button', { hasText: /No/ }).click();
      await code.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
      await code.page.locator('.statusbar-item', { hasText: 'query-hawk' }).waitFor();
      await code.editor().locator('.squiggly-warning').first().waitFor();
      assert.ok(!fs.existsSync(path.join(programs, 'ran')), 'nothing of the workspace was run');
      await code.shot('restricted');
    },
  },

  'several-folders': {
    options: {},
    async play(code) {
      const file = path.join(FOLDER, 'all.code-workspace');
      fs.writeFileSync(file, JSON.stringify({ folders: [{ path: 'catalogue' }, { path: 'orders' }] }));
      await code.load(BOOKS, [], { workspace: file });
      await code.editor().locator('.squiggly-error').first().waitFor();
      await code.command('Show Endpoints');
      const row = (text) => code.page.locator('.sidebar [role="treeitem"]', { hasText: spaced(text) }).first();
      for (const text of ['catalogue', 'orders', 'GET /books', 'GET /orders']) {
        await row(text).waitFor();
      }
      await code.shot('several-folders');
    },
  },

  'first-finding': {
    options: {},
    async play(code) {
      await code.load(BOOKS);
      await code.editor().locator('.squiggly-warning').first().waitFor();
      console.log(`seconds ${((Date.now() - code.begun) / 1000).toFixed(1)}`);
    },
  },

  'two-windows': {
    options: {},
    async play(code) {
      const windows = [code.page, await code.context.newPage()];
      const mistake = (page) => page.locator('.editor-group-container.active .squiggly-error').first();
      for (const page of windows) {
        page.setDefaultTimeout(PATIENCE);
        code.page = page;
        await code.load(BOOKS);
        await mistake(page).waitFor();
      }
      await until('a server for each of them', () => code.servers().length === 2);
      const text = code.read(BOOKS);
      assert.ok(text.includes('"/bestsellers"'));
      fs.writeFileSync(path.join(FOLDER, BOOKS), text.replace('"/bestsellers"', '"/lists/bestsellers"'));
      for (const page of windows) {
        await page.bringToFront();
        await page.locator('.view-line', { hasText: 'lists/bestsellers' }).first().waitFor();
        await mistake(page).waitFor({ state: 'detached' });
      }
    },
  },

  'no-folder': {
    options: {},
    async play(code) {
      await code.load(BOOKS, [], { ew: 'true' });
      await code.editor().locator('.squiggly-warning').first().waitFor();
      await code.command('Show Endpoints');
      await code.page.locator('.sidebar [role="treeitem"]', { hasText: /GET\s/ }).first().waitFor();
    },
  },

  'walkthrough': {
    options: {},
    async play(code) {
      await code.load(BOOKS);
      await code.editor().locator('.squiggly-error').first().waitFor();
      await code.command('Welcome: Open Walkthrough');
      await code.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Get started with persona-lsp' }).click();
      const step = code.page.locator('.getting-started-step', { hasText: 'Choose who reviews' });
      await step.click();
      await step.locator('.monaco-button', { hasText: 'Select Persona' }).waitFor();
      await until('its picture', () => code.page.locator('.getting-started-media img').first()
        .evaluate((image) => image.complete && image.naturalWidth > 100).catch(() => false));
      await code.shot('walkthrough');
      const ai = code.page.locator('.getting-started-step', { hasText: 'Let Claude review' });
      await ai.click();
      await ai.locator('.monaco-button', { hasText: 'Set API Key' }).waitFor();
    },
  },
};

const { options, play } = conditions[process.argv[2]];
await scenario({ folder: FOLDER, ...options }, async (code) => {
  await play(code);
  done(process.argv[2]);
});

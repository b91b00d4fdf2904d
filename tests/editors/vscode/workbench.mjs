// A real VS Code with the packaged extension, and a browser in front of it. Every run has folders of its own.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';

// The folders of install/vscode.sh and of install/extension.sh, and where pictures go.
const { EDITOR, EXTENSION, SHOTS } = process.env;
const { chromium } = createRequire(path.join(EDITOR, 'package.json'))('playwright-core');

/** How long anything may take: a loaded machine is slow, and a broken one is found out all the same. */
export const PATIENCE = Number(process.env.PATIENCE ?? 90) * 1000;

const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.colorTheme': 'Default Light Modern',
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
  'workbench.reduceMotion': 'on',
  'editor.accessibilitySupport': 'off',
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'extensions.ignoreRecommendations': true,
};

export class Workbench {
  /**
   * Start VS Code on a folder.
   *
   * `settings` are the user's, `machine` those that a remote window takes from its machine only; `env` is the
   * environment of VS Code; `trust` asks for trust as the desktop does.
   */
  static async start(options) {
    const self = new Workbench();
    try {
      await self.begin(options);
    } catch (error) {
      console.error(self.logs());
      await self.stop();
      throw error;
    }
    return self;
  }

  async begin({ folder, settings = {}, machine = {}, env = {}, trust = false }) {
    const self = this;
    const run = fs.mkdtempSync(path.join(os.tmpdir(), 'persona-lsp-vscode-'));
    Object.assign(self, { run, folder, port: await freePort() });
    write(`${run}/data/User/settings.json`, { ...QUIET, 'security.workspace.trust.enabled': trust, ...settings });
    write(`${run}/data/Machine/settings.json`, machine);
    fs.writeFileSync(`${run}/config.yaml`, '');
    const entry = path.join(EDITOR, 'node_modules/code-server/out/node/entry.js');
    const places = ['--config', `${run}/config.yaml`, '--user-data-dir', `${run}/data`, '--extensions-dir', `${run}/ext`];
    const everything = { ...process.env, EXTENSIONS_GALLERY: '{}', VSCODE_CLI: '1', PERSONA_LSP_CACHE_DIR: `${run}/cache`, HOME: `${run}/home`, ...env };
    fs.mkdirSync(`${run}/home`);
    self.log = fs.openSync(`${run}/log`, 'a');
    // Links: what VS Code writes is a new file, but for its list of extensions.
    try {
      execFileSync('cp', ['-a', '--link', `${EXTENSION}/extensions`, `${run}/ext`], { stdio: 'ignore' });
    } catch {
      // On another file system, there are no links to it.
      execFileSync('cp', ['-a', `${EXTENSION}/extensions/.`, `${run}/ext`]);
    }
    fs.rmSync(`${run}/ext/extensions.json`);
    fs.copyFileSync(`${EXTENSION}/extensions/extensions.json`, `${run}/ext/extensions.json`);
    /** When VS Code was started. */
    self.begun = Date.now();
    const flags = ['--auth', 'none', '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
    if (!trust) {
      flags.push('--disable-workspace-trust');
    }
    self.server = spawn(process.execPath, [entry, ...places, '--bind-addr', `127.0.0.1:${self.port}`, ...flags], {
      env: everything, stdio: ['ignore', self.log, self.log], detached: true,
    });
    await until('code-server answers', async () => {
      const answer = await fetch(`http://127.0.0.1:${self.port}/healthz`).catch(() => undefined);
      return answer?.ok;
    });
    self.profile = fs.mkdtempSync(path.join(os.tmpdir(), 'persona-lsp-chromium-'));
    self.context = await chromium.launchPersistentContext(self.profile, {
      executablePath: '/usr/bin/chromium',
      headless: true,
      viewport: { width: 1360, height: 800 },
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
      ],
    });
    self.page = self.context.pages()[0] ?? (await self.context.newPage());
    self.page.setDefaultTimeout(PATIENCE);
  }

  /**
   * Load the workbench, with a file of the folder in an editor. `payload` as VS Code for the web takes it; `opened` is
   * what is opened: the folder, a `.code-workspace` file, or nothing at all.
   */
  async load(file, payload = [], opened = { folder: this.folder }) {
    const all = file === undefined ? payload : [['openFile', this.remote(path.join(this.folder, file))], ...payload];
    const query = new URLSearchParams({ ...opened, payload: JSON.stringify(all) });
    await this.page.goto(`http://127.0.0.1:${this.port}/?${query}`, { waitUntil: 'domcontentloaded' });
    await this.page.locator('.monaco-workbench').waitFor();
    if (file !== undefined) {
      await this.editor().waitFor();
    }
  }

  remote(location) {
    return `vscode-remote://127.0.0.1:${this.port}${location.split('/').map(encodeURIComponent).join('/')}`;
  }

  /** The text editor in front. */
  editor() {
    return this.page.locator('.editor-group-container.active .monaco-editor').first();
  }

  /** A line of the editor. VS Code writes blanks as no-break spaces, so a text is looked for with any. */
  line(text) {
    return this.editor().locator('.view-line', { hasText: spaced(text) }).first();
  }

  /** Press keys until something is there: one press can be lost while the workbench is busy. */
  async press(keys, there) {
    for (let tries = 0; ; tries++) {
      await this.page.keyboard.press(keys);
      try {
        await there.waitFor({ timeout: 5000 });
        return;
      } catch (error) {
        if (tries === 9) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** A message in the corner. */
  toast(text) {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  /** Run a command by its name, as the command palette lists it. */
  async command(name) {
    const input = this.page.locator('.quick-input-widget:visible input').first();
    await this.press('F1', input);
    await input.fill(`>${name}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first();
    await row.waitFor();
    await row.click();
  }

  /** A picture of the whole window, or of a part of it. */
  async shot(name, clip) {
    fs.mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: path.join(SHOTS, `${name}.png`), clip });
  }

  read(file) {
    return fs.readFileSync(path.join(this.folder, file), 'utf8');
  }

  /** A file's text as soon as something was added to it. VS Code empties a file before it writes. */
  async saved(file, before) {
    let text = '';
    await until(`${file} is saved`, () => {
      text = this.read(file);
      return text.length > before.length;
    });
    return text;
  }

  /** Programs that this VS Code started and that are still there. */
  programs() {
    return fs.readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && Number(pid) !== process.pid && fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(this.run);
      } catch {
        return false;
      }
    });
  }

  /** The servers of the extension among them, without their workers. */
  servers() {
    return this.programs().filter((pid) => {
      try {
        const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('persona_lsp');
      } catch {
        return false;
      }
    });
  }

  /** End everything, and see that nothing is left. */
  async stop() {
    await this.context?.close();
    try {
      if (this.server?.exitCode === null && this.server.signalCode === null) process.kill(this.server.pid, 'SIGTERM');
      await until('all programs of VS Code are gone', () => this.programs().length === 0);
    } finally {
      for (const pid of this.programs()) {
        try { process.kill(Number(pid), 'SIGKILL'); } catch { /* gone meanwhile */ }
      }
      for (const folder of [this.run, this.profile].filter(Boolean)) {
        fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    }
  }

  /** The end of what VS Code and the extension wrote down, for whoever has to find out why a test fails. */
  logs() {
    const texts = [`${this.run}/log`];
    const all = fs.readdirSync(`${this.run}/data`, { recursive: true });
    texts.push(...all.filter((name) => name.endsWith('.log')).map((name) => path.join(this.run, 'data', name)));
    return texts.map((name) => `--- ${name}\n${fs.readFileSync(name, 'utf8').slice(-1500)}`).join('\n');
  }
}

/** Run a scenario in a workbench; what goes wrong is told with a picture and the logs. */
export async function scenario(options, play) {
  let workbench;
  try {
    workbench = await Workbench.start(options);
    done('VS Code runs');
    await play(workbench);
    await workbench.stop();
    workbench = undefined;
    done('VS Code has ended');
    console.log('passed');
  } catch (error) {
    console.error(error);
    await workbench?.shot(`failure-${process.argv.slice(1).map((one) => path.parse(one).name).join('-')}`).catch(() => {});
    console.error(workbench?.logs());
    process.exitCode = 1;
  } finally {
    await workbench?.stop().catch((error) => console.error(error));
  }
  process.exit();
}

/** Poll until something is true, and return it. */
export async function until(what, look, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`this never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Wait until something is no longer fading in. */
export async function settled(locator) {
  const whole = (node) => node.getAnimations({ subtree: true }).every((one) => one.playState !== 'running')
    && getComputedStyle(node).opacity === '1';
  await until('it stands still', () => locator.evaluate(whole));
}

/** What a decoration draws behind a row. */
export const badge = (row) => row.locator('.monaco-icon-label').first().evaluate((label) => {
  const drawn = [label, ...label.querySelectorAll('*')].map((node) => getComputedStyle(node, '::after').content);
  return drawn.map((text) => /"(\d\+?)"/.exec(text)?.[1] ?? '').join('');
});

let before = performance.now();

/** Says that something was seen, and how long it took since the last one. */
export function done(what) {
  const now = performance.now();
  console.log(`ok ${what} (${((now - before) / 1000).toFixed(1)} s)`);
  before = now;
}

/** A pattern for a text whose blanks may be any. */
export function spaced(text) {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s'));
}

function write(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(value));
}

function freePort() {
  return new Promise((resolve) => {
    const listener = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

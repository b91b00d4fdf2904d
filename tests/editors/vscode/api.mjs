// Runs api/index.cjs inside of VS Code's extension host, beside the packaged extension.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scenario } from './workbench.mjs';

const { FOLDER, MACHINE } = process.env;
const TESTS = path.join(import.meta.dirname, 'api');

// What the extension host writes to its console depends on the version of VS Code; a file does not.
const REPORT = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'persona-lsp-api-')), 'report');
const env = { PERSONA_LSP_TEST_REPORT: REPORT };

await scenario({ folder: FOLDER, machine: JSON.parse(MACHINE ?? '{}'), env }, async (code) => {
  const { page } = code;
  const ended = new Promise((resolve) => page.exposeFunction('codeAutomationExit', (number) => resolve(number)));
  await page.exposeFunction('codeAutomationLog', () => {});
  // Newer versions take tests from the address only when the page itself allows it.
  await page.addInitScript(() => {
    const get = globalThis.Element.prototype.getAttribute;
    globalThis.Element.prototype.getAttribute = function (name) {
      const value = get.call(this, name);
      if (this.id !== 'vscode-workbench-web-configuration' || name !== 'data-settings' || !value) return value;
      const settings = JSON.parse(value);
      settings.developmentOptions = { ...settings.developmentOptions, enableSmokeTestDriver: true };
      return JSON.stringify(settings);
    };
  });
  await code.load(undefined, [
    ['extensionDevelopmentPath', code.remote(TESTS)],
    ['extensionTestsPath', code.remote(path.join(TESTS, 'index.cjs'))],
  ]);
  const number = await ended;
  console.log(fs.readFileSync(REPORT, 'utf8'));
  if (number !== 0) throw new Error(`the tests in the extension host ended with ${number}`);
});

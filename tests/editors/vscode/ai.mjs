// Claude in VS Code, against a fake of it on this machine: asked for consent, reviews, a suggestion, an error, and forgotten.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { badge, done, scenario, settled, spaced, until } from './workbench.mjs';

const { CLAUDE, FOLDER } = process.env;
const BOOKS = 'catalogue/app/routes/books.py';
const settings = { 'personaLsp.ai.baseUrl': CLAUDE, 'personaLsp.ai.model': 'opus' };
const KEY = 'sk-ant-made-up';

// A workspace may not say who is asked, however it tries.
fs.mkdirSync(path.join(FOLDER, '.vscode'), { recursive: true });
const evil = { 'personaLsp.ai.baseUrl': 'https://evil.example', 'personaLsp.ai.tokensPerDay': 1 };
fs.writeFileSync(path.join(FOLDER, '.vscode/settings.json'), JSON.stringify(evil));

await scenario({ folder: FOLDER, settings }, async (code) => {
  const { page } = code;
  const item = page.locator('.statusbar-item', { hasText: 'backend-developer' });
  const state = (words) => until(`the status bar says ${words}`, async () => spaced(words).test(await item.innerText()));
  const lineOf = (text) => code.read(BOOKS).split('\n').findIndex((line) => line.startsWith(text)) + 1;
  const markers = page.locator('.markers-panel .monaco-list-row');
  const cursor = async (text) => {
    await code.line(text).click({ position: { x: 80, y: 8 } });
  };
  const goTo = async (line, column) => {
    await code.command('Go to Line/Column');
    await page.keyboard.type(`${line}:${column}`);
    await page.keyboard.press('Enter');
    await page.locator('.statusbar-item', { hasText: spaced(`Ln ${line}, Col ${column}`) }).waitFor();
  };
  /** The titles that the light bulb offers. */
  const actions = async () => {
    await code.press('Control+Period', page.locator('.action-widget .monaco-list-row').first());
    return page.locator('.action-widget .monaco-list-row.action').allInnerTexts();
  };

  /** Choose one of them: the menu is for keys, what lies over it takes clicks. */
  const choose = async (title) => {
    const chosen = page.locator('.action-widget .monaco-list-row.focused', { hasText: title });
    for (let tries = 0; tries < 20 && (await chosen.count()) === 0; tries++) {
      await page.keyboard.press('ArrowDown');
    }
    await chosen.waitFor();
    await page.keyboard.press('Enter');
  };

  await code.load(BOOKS);
  const editor = code.editor();
  await editor.locator('.squiggly-error').first().waitFor();
  await state('AI: off');
  const [server] = await until('the server', () => code.servers().length > 0 && code.servers());
  const environment = fs.readFileSync(`/proc/${server}/environ`, 'utf8');
  assert.match(environment, new RegExp(`PERSONA_LSP_AI_BASE_URL=${CLAUDE}\0`));
  assert.match(environment, /PERSONA_LSP_AI_MODEL=opus\0/);
  assert.doesNotMatch(environment, /evil\.example|TOKENS_PER_DAY/);
  done('the settings of AI are the user\'s alone');

  await cursor('limit: int = 20');
  assert.doesNotMatch((await actions()).join(), /Review with/);
  await page.keyboard.press('Escape');
  await code.command('Review with AI');
  const consent = code.toast('May persona-lsp send code to Claude');
  await consent.locator('.monaco-button', { hasText: 'Not now' }).click();
  await consent.waitFor({ state: 'detached' });
  await state('AI: off');
  done('nothing is asked without consent');

  await code.command('Show What Would Be Sent to AI');
  await page.locator('.tab.active', { hasText: 'what-would-be-sent.json' }).waitFor();
  await until('the request', async () => /"model"/.test(await code.editor().innerText()));
  await code.shot('ai-what-would-be-sent');
  await until('the one long line is wrapped', async () => (await code.editor().locator('.view-line').count()) > 5);
  await code.command('View: Close Editor');
  await page.locator('.tab.active', { hasText: 'books.py' }).waitFor();
  done('what would be sent is shown without consent and key');

  await cursor('limit: int = 20');
  await code.command('Review with AI');
  await consent.locator('.monaco-button', { hasText: 'Allow' }).click();
  await state('AI: no key');
  await code.command('Set API Key for AI');
  const box = page.locator('.quick-input-widget:visible input').first();
  await box.fill(KEY);
  assert.equal(await box.getAttribute('type'), 'password');
  await page.keyboard.press('Enter');
  await until('a server that has the key', () => code.servers().some((pid) =>
    fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`ANTHROPIC_API_KEY=${KEY}\0`)));
  await editor.locator('.squiggly-error').first().waitFor();
  await until('the key is no longer missed', async () => !/AI:/.test(await item.innerText()));
  done('consent and a key are given in VS Code');

  await cursor('limit: int = 20');
  await code.command('Review with AI');
  await item.locator('.codicon-loading').waitFor();
  await code.shot('ai-running');
  await code.press('Control+Shift+M', markers.first());
  const found = page.locator('.markers-panel .monaco-list-row', { hasText: spaced('Nothing says how many books there are') });
  await found.waitFor();
  assert.match(await found.innerText(), spaced('backend-developer (AI)'));
  await item.locator('.codicon-sparkle').waitFor();
  await page.locator('.markers-panel .monaco-list-row', { hasText: 'page-size-unbounded' }).waitFor();
  await settled(page.locator('.markers-panel'));
  await code.shot('ai-problems');
  await code.shot('part-ai', { x: 0, y: 0, width: 1360, height: 800 });
  done('a review by the command is a finding in Problems, beside the others');

  await page.keyboard.press('Control+J');
  await goTo(lineOf('def read_ratings'), 8);
  const offered = await actions();
  assert.match(offered.at(-1), /Write tests for this endpoint/, 'what Claude does comes last');
  await code.shot('ai-actions');
  await choose('Review with backend-developer');
  await code.press('Control+Shift+M', markers.first());
  await page.locator('.markers-panel .monaco-list-row', { hasText: spaced('A book that is not there') }).waitFor();
  await page.keyboard.press('Control+J');
  done('a review by the light bulb, too');

  await code.line('def read_ratings').hover({ position: { x: 80, y: 8 } });
  const hover = page.locator('.monaco-hover:visible', { hasText: spaced('backend-developer (AI)') }).first();
  await hover.waitFor();
  assert.match(await hover.innerText(), spaced('just now'));
  await settled(hover);
  await code.shot('ai-hover');
  await page.mouse.move(1100, 12);

  await code.command('Show Endpoints');
  const leaf = page.locator('.sidebar [role="treeitem"]', { hasText: spaced('DELETE /books/{book_id}') }).first();
  await leaf.waitFor();
  assert.equal(await badge(leaf), '', 'the static analysis has nothing against it');
  await leaf.click({ button: 'right' });
  // A menu that has just opened takes keys, and no click yet.
  await page.locator('.monaco-menu .action-label', { hasText: 'Review with AI' }).hover();
  await page.keyboard.press('Enter');
  await page.locator('.statusbar-item', { hasText: spaced(`Ln ${lineOf('def remove_book')},`) }).waitFor();
  await until('the badge of the endpoint', async () => (await badge(leaf)) === '1');
  done('a review of an endpoint in the side bar');

  await goTo(lineOf('def read_ratings'), 8);
  const before = code.read(BOOKS);
  await actions();
  await choose('Improve error handling');
  const apply = page.locator('.monaco-button', { hasText: 'Apply' }).first();
  await apply.waitFor();
  await item.locator('.codicon-sparkle').waitFor();
  assert.doesNotMatch(await editor.innerText(), /raise\sHTTPException\(404/, 'nothing is changed before the user says so');
  await code.shot('ai-suggestion');
  await page.locator('.part.panel .monaco-list-row input[type="checkbox"]').first().check();
  await apply.click();
  await until('the suggestion is in the text', async () => /HTTPException\(404/.test(await editor.innerText()));
  await page.keyboard.press('Control+S');
  const after = await code.saved(BOOKS, before);
  assert.equal(after.split('\n').length, before.split('\n').length + 2);
  done('a suggestion waits for a confirmation');

  await goTo(lineOf('def add_book'), 8);
  await code.command('Review with AI');
  await item.locator('.codicon-warning').last().waitFor();
  await until('until when', async () => /AI:\sunavailable\suntil\s\d/.test(await item.innerText()));
  await code.shot('ai-unavailable');
  await item.hover();
  const why = page.locator('.monaco-hover:visible', { hasText: spaced('AI is unavailable until') }).first();
  await why.waitFor();
  await settled(why);
  await code.shot('ai-status');
  done('a rate limit is told, with its end');

  await code.command('Forget AI Consent');
  await code.toast('Nothing is sent to Claude any more').waitFor();
  await state('AI: off');
  await page.mouse.move(1100, 12);
  await goTo(lineOf('def add_book'), 8);
  await code.press('Control+Period', page.locator('.monaco-editor-overlaymessage', { hasText: 'No code actions available' }).first());
  await code.shot('ai-forgotten');
  done('consent is taken back');
});

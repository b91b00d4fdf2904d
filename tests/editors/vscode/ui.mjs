// What a user sees: from the first squiggle to another persona. Asserts on the screen and on what is saved.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { badge, done, scenario, settled, spaced, until } from './workbench.mjs';

const { FOLDER, MACHINE } = process.env;
const BOOKS = 'catalogue/app/routes/books.py';

await scenario(
  { folder: FOLDER, settings: { 'personaLsp.codeLens': true }, machine: JSON.parse(MACHINE ?? '{}') },
  async (code) => {
    const { page } = code;
    /** Take the pointer to where it points at nothing, and wait until what it had shown is gone. */
    const away = async () => {
      const shown = page.locator('.monaco-hover:visible');
      for (;;) {
        await page.mouse.move(1100, 12);
        try {
          await until('no hover', async () => (await shown.count()) === 0, 5000);
          return;
        } catch (error) {
          // One that came late, when the pointer had left already, goes after the pointer has been on it.
          const box = await shown.first().boundingBox().catch(() => null);
          if (box === null) continue;
          if (++late > 5) throw error;
          await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
        }
      }
    };
    let late = 0;
    await code.load(BOOKS);
    const editor = code.editor();

    await editor.locator('.squiggly-warning').first().waitFor();
    await editor.locator('.squiggly-error').first().waitFor();
    await code.shot('squiggles');
    done('findings are underlined');

    const item = page.locator('.statusbar-item', { hasText: 'backend-developer' });
    await item.waitFor();
    await until('the status bar counts errors', async () => /backend-developer\s+\d+\s+\d+/.test(await item.innerText()));
    const plain = await page.locator('.statusbar-item', { hasText: 'Ln ' }).locator('a').evaluate((a) => getComputedStyle(a).color);
    assert.notEqual(await item.locator('a').evaluate((a) => getComputedStyle(a).color), plain, 'the persona has its colour');
    done('the status bar shows the persona and the number of problems');

    await until('the full path of a route', async () => /\/api\/v1\/books/.test(await code.line('@router.get(').innerText()));
    await until('the default status', async () => /200/.test(await code.line('@router.get("/{book_id}"').innerText()));
    done('inlay hints stand in the line');

    const lens = editor.locator('.codelens-decoration', { hasText: spaced('GET /api/v1/books/{book_id} ·') });
    await lens.waitFor();
    assert.match(await lens.innerText(), /public/);
    await code.shot('code-lens');
    done('a code lens stands above the handler');

    await code.line('def read_book').click();
    await code.press('Control+Shift+M', page.locator('.markers-panel .monaco-list-row').first());
    const row = page.locator('.markers-panel .monaco-list-row', { hasText: spaced('`limit` has no maximum') });
    await row.waitFor();
    assert.match(await row.innerText(), /persona-lsp/);
    assert.match(await row.innerText(), /page-size-unbounded/);
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'cors-any-origin-with-credentials' }).first().waitFor();
    await code.shot('problems');
    done('Problems lists the findings, of files that are not open, too');
    await page.keyboard.press('Control+J');

    await editor.locator('.view-line span span', { hasText: /^limit/ }).first().hover();
    const hover = page.locator('.monaco-hover:visible', { hasText: 'backend-developer' });
    await hover.first().waitFor();
    const said = await hover.first().innerText();
    assert.equal(said.match(/has no maximum/g).length, 1, 'the message is there once');
    assert.match(said, /One curious client/);
    await settled(hover.first());
    await code.shot('hover-finding');
    done('a hover explains a finding with the persona\'s sentence');

    await away();
    await editor.locator('.view-line span span', { hasText: /read_book$/ }).first().hover();
    const card = page.locator('.monaco-hover:visible', { hasText: spaced('GET /api/v1/books/{book_id}') });
    await card.first().waitFor();
    assert.match(await card.first().innerText(), /anyone may call it/);
    await settled(card.first());
    await code.shot('hover-endpoint');
    done('a hover over a handler is the card of its endpoint');

    await away();
    const [errors, warnings] = (await item.innerText()).match(/\d+/g).map(Number);
    const before = code.read(BOOKS);
    const parameters = code.line('limit: int = 20');
    await parameters.click({ position: { x: 60, y: 8 } });
    const bulb = editor.locator('.codicon-light-bulb:visible, .codicon-lightbulb:visible, .codicon-gutter-lightbulb:visible').first();
    await bulb.waitFor();
    await code.shot('lightbulb');
    await code.press('Control+Period', page.locator('.action-widget .monaco-list-row').first());
    const titles = await page.locator('.action-widget .monaco-list-row.action').allInnerTexts();
    assert.ok(titles.length > 1, titles.join());
    await code.shot('quick-fixes');
    await page.keyboard.press('Enter');
    await until('the fix is in the text', async () => /le=100/.test(await code.line('limit:').innerText()));
    await page.keyboard.press('Control+S');
    const after = (await code.saved(BOOKS, before)).split('\n');
    assert.deepEqual(
      after.filter((line, number) => line !== before.split('\n')[number]),
      ['    limit: Annotated[int, Query(ge=1, le=100)] = 20, offset: Annotated[int, Query(ge=0)] = 0, session: Session = Depends(get_session)'],
    );
    await until('one warning less', async () => new RegExp(`backend-developer\\s+${errors}\\s+${warnings - 1}`).test(await item.innerText()));
    await code.shot('fixed');
    done('the light bulb\'s fix is applied and saved');

    await page.locator('.activitybar .action-label[aria-label^="persona-lsp"]').click();
    const tree = page.locator('.pane-body [role="treeitem"]');
    const leaf = (text) => page.locator('.sidebar [role="treeitem"]', { hasText: spaced(text) }).first();
    await leaf('GET /books/{book_id}/ratings').waitFor();
    assert.ok((await tree.count()) > 10);
    await until('a badge of findings', async () => /[1-9]/.test(await badge(leaf('GET /books/{book_id}/ratings'))));
    assert.equal(await badge(leaf('read_book')), '', 'no badge without findings');
    await leaf('DELETE /books/{book_id}').locator('.codicon-lock').waitFor();
    await leaf('read_book').locator('.codicon-unlock').waitFor();
    await page.mouse.move(900, 700);
    await code.shot('endpoints');
    await leaf('GET /books/{book_id}/ratings').click();
    await page.locator('.statusbar-item', { hasText: spaced('Ln 40,') }).waitFor();
    await page.mouse.move(900, 20);
    await code.line('stars = session.scalar').hover({ position: { x: 200, y: 8 } });
    const loop = page.locator('.monaco-hover:visible', { hasText: 'N+1' }).first();
    await loop.waitFor();
    await settled(loop);
    await code.shot('overview');
    const box = await loop.boundingBox();
    await code.shot('part-hover', { x: 348, y: box.y - 40, width: 1000, height: box.height + 100 });
    await away();
    await code.shot('part-endpoints', { x: 0, y: 0, width: 640, height: 560 });
    done('the view of endpoints leads to a handler');

    await code.command('Filter Endpoints');
    const filter = page.locator('.quick-input-widget:visible input').first();
    await filter.fill('delete public');
    const shown = page.locator('.sidebar [role="treeitem"]', { hasText: /[A-Z]+\s\// });
    await until('the filter holds', async () => (await shown.allInnerTexts()).every((text) => /DELETE/.test(text)));
    assert.ok((await shown.count()) >= 1);
    await code.shot('endpoints-filtered');
    await page.keyboard.press('Escape');
    await leaf('GET /books/{book_id}/ratings').waitFor();
    done('the filter of endpoints works while it is typed, and goes with Escape');

    await code.line('def read_ratings').click();
    await code.line('/ratings').dblclick({ position: { x: 210, y: 8 } });
    await code.command('Go to Line/Column');
    await page.keyboard.type('39:25');
    await page.keyboard.press('Enter');
    await page.locator('.statusbar-item', { hasText: spaced('Ln 39, Col 25') }).waitFor();
    await page.keyboard.type('star-');
    await leaf('GET /books/{book_id}/star-ratings').waitFor();
    done('the view follows what is typed');
    await page.keyboard.press('Control+Z');
    await leaf('GET /books/{book_id}/ratings').waitFor();

    await item.click();
    const choice = page.locator('.quick-input-list .monaco-list-row', { hasText: 'query-hawk' });
    await choice.waitFor();
    await code.shot('personas');
    await code.shot('part-personas', { x: 340, y: 0, width: 680, height: 170 });
    await choice.click();
    const hawk = page.locator('.statusbar-item', { hasText: 'query-hawk' });
    await hawk.waitFor();
    await editor.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    await editor.locator('.squiggly-warning').first().waitFor();
    const written = JSON.parse(fs.readFileSync(path.join(FOLDER, '.vscode/settings.json'), 'utf8'));
    assert.deepEqual(written, { 'personaLsp.persona': 'query-hawk' });
    await code.shot('persona-switched');
    done('another persona reviews at once, and the choice is in the settings');

    await code.command('Show the Persona\'s Coverage');
    const text = (frame) => frame.locator('main').innerText({ timeout: 1000 }).catch(() => '');
    const view = await until('the coverage', async () => {
      for (const frame of page.frames()) {
        if (/query-hawk/.test(await text(frame))) return frame;
      }
      return undefined;
    });
    assert.match(await text(view), /You write optimized queries/);
    assert.match(await text(view), /query-in-loop/);
    await code.shot('coverage-hawk');
    fs.appendFileSync(path.join(FOLDER, '.claude/agents/query-hawk.md'), '\nYou implement proper HTTP status codes.\n');
    await until('the new sentence', async () => /HTTP status codes/.test(await text(view)));
    done('the coverage of the persona is a page that follows its file');

    await hawk.click();
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'backend-developer' }).click();
    await until('the coverage of the other', async () => /You implement proper HTTP status codes and/.test(await text(view)));
    await away();
    await code.shot('coverage');
    await code.shot('part-coverage', { x: 348, y: 0, width: 1000, height: 560 });
    await view.locator('a[data-place]', { hasText: 'You implement proper HTTP status codes' }).click();
    await page.locator('.tab.active', { hasText: 'backend-developer.md' }).waitFor();
    await page.locator('.statusbar-item', { hasText: spaced('Ln 21, Col 76') }).waitFor();
    done('a sentence leads to its place in the persona file');
  },
);

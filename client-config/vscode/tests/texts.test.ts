// What is shown: the coverage's page, hovers, colours.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aiWords } from '../src/aiState';
import { css, shown } from '../src/colors';
import { body, escaped, page } from '../src/coverageHtml';
import { withoutMessages } from '../src/hover';
import type { Coverage, Status } from '../src/protocol';

const EVIL = '<img src=x onerror="alert(1)">\'&';
const range = { start: { line: 6, character: 3 }, end: { line: 6, character: 9 } };
const COVERAGE: Coverage = {
  name: EVIL, description: EVIL, color: EVIL, uri: 'file:///a.md',
  rows: [
    { kind: 'commitment', text: EVIL, section: EVIL, range, topics: [EVIL], rules: ['query-in-loop', EVIL], features: [EVIL], why: EVIL, group: EVIL },
    { kind: 'technology', text: 'Kafka', section: '', range, topics: [], rules: [], features: [], why: 'not yet', group: 'queue' },
  ],
  pages: { 'query-in-loop': 'file:///rules/query-in-loop.md' },
  features: {},
};

test('no text of a persona becomes markup', () => {
  const html = body(COVERAGE);
  assert.ok(!html.includes('<img'), html);
  assert.ok(!/"[^"]*onerror="/.test(html));
  assert.equal(escaped(EVIL).replace(/&#\d+;/g, ''), 'img src=x onerror=alert(1)');
});

test('the page allows one script and one style sheet, and nothing from anywhere', () => {
  const html = page('abc', body(COVERAGE));
  assert.match(html, /default-src 'none'; style-src 'nonce-abc'; script-src 'nonce-abc'"/);
  assert.deepEqual([...html.matchAll(/<(script|style)\b([^>]*)>/g)].map((one) => one[2]), [' nonce="abc"', ' nonce="abc"']);
  assert.doesNotMatch(html, /https?:|style="|\son\w+="/);
});

test('what is kept is counted, and leads to its rule and its sentence', () => {
  const html = body(COVERAGE);
  assert.match(html, /Commitments \(1 of 1 kept\)/);
  assert.match(html, /Technologies \(0 of 1 read\)/);
  assert.match(html, /data-rule="query-in-loop"/);
  assert.match(html, /data-place="6:3"/);
});

test('hovers lose the messages that VS Code shows itself, and nothing else', () => {
  const two = '**⚠ `a` is bad**\n\nIt costs.\n\n---\n\n**⛔ `b` is worse**\n\nIt costs more.';
  assert.equal(withoutMessages(two, ['`a` is bad', '`b` is worse']), 'It costs.\n\n---\n\nIt costs more.');
  assert.equal(withoutMessages(two, ['`b` is worse']), '**⚠ `a` is bad**\n\nIt costs.\n\n---\n\nIt costs more.');
  assert.equal(withoutMessages('**GET /a**\n\nbad', ['bad']), '**GET /a**\n\nbad');
  assert.equal(withoutMessages('**⚠ bad**', ['bad']), '');
  assert.equal(withoutMessages('It costs.\n\n- It is used here.\n\n- mine', [], ['It is used here.']), 'It costs.\n\n- mine');
});

test('colours are those of the theme, or exactly those that were asked for', () => {
  assert.deepEqual(shown('green'), { theme: 'charts.green' });
  assert.deepEqual(shown('#12ab34'), { hex: '#12ab34' });
  assert.equal(shown('neutral'), undefined);
  assert.equal(shown('red; background: url(x)'), undefined);
  assert.equal(css('purple'), 'var(--vscode-charts-purple)');
});

test('the state of AI is a word for the status bar and a sentence', () => {
  const clock = (time: Date): string => time.toISOString().slice(11, 16);
  const words = (ai: Status['ai'], aiWhy = '', aiUntil: number | null = null): string[] => {
    const { short, long } = aiWords({ ai, aiWhy, aiUntil }, clock);
    return [short, long];
  };
  assert.deepEqual(words('off'), ['$(circle-slash) AI: off', 'AI is off.']);
  assert.deepEqual(words('no-key', 'There is no key.'), ['$(key) AI: no key', 'There is no key.']);
  assert.deepEqual(words('on'), ['$(sparkle) AI', 'AI is ready: it is asked when you say so.']);
  assert.deepEqual(words('running'), ['$(loading~spin) AI', 'AI is being asked.']);
  assert.deepEqual(words('unavailable', 'The key is not accepted.'), ['$(warning) AI: unavailable', 'AI is unavailable: The key is not accepted.']);
  assert.deepEqual(words('unavailable', 'Wait.', 3600), ['$(warning) AI: unavailable until 01:00', 'AI is unavailable until 01:00: Wait.']);
  // A server of an earlier version says less.
  assert.equal(aiWords(undefined, clock).short, '$(circle-slash) AI: off');
});

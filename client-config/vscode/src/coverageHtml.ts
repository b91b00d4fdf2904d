// The coverage of a persona as HTML. All text of the persona's file is foreign: none of it becomes markup.

import { css } from './colors';
import type { Coverage, Row } from './protocol';

/** The whole page; `nonce` is for the one script and the one style sheet. */
export function page(nonce: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<title>Coverage</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>${body}</main>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}

/** What stands inside of the page. */
export function body(coverage: Coverage): string {
  const commitments = coverage.rows.filter((row) => row.kind === 'commitment');
  const technologies = coverage.rows.filter((row) => row.kind === 'technology');
  const background = coverage.rows.filter((row) => row.kind === 'background');
  const kept = (rows: Row[]): string => `${rows.filter(isKept).length} of ${rows.length}`;
  const hue = hueClass(coverage.color);
  return `<header class="${hue}"><h1>${escaped(coverage.name)}</h1><p>${escaped(coverage.description)}</p>
<p><a href="#" data-place="0:0">Open the persona file</a></p></header>
${section(`Commitments (${kept(commitments)} kept)`, commitments, coverage)}
${section(`Technologies (${kept(technologies)} read)`, technologies, coverage)}
${section('About the persona itself', background, coverage)}`;
}

/** Text that no browser takes for markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export function isKept(row: Row): boolean {
  return row.rules.length > 0 || row.features.length > 0;
}

function section(title: string, rows: Row[], coverage: Coverage): string {
  if (rows.length === 0) {
    return '';
  }
  return `<h2>${escaped(title)}</h2><ul>${rows.map((row) => item(row, coverage)).join('')}</ul>`;
}

function item(row: Row, coverage: Coverage): string {
  const [mark, word] = isKept(row) ? ['✓', 'kept'] : row.kind === 'background' ? ['·', 'background'] : ['–', 'open'];
  const rules = row.rules.map((rule) => {
    const known = coverage.pages[rule] !== undefined;
    return known ? `<a href="#" data-rule="${escaped(rule)}">${escaped(rule)}</a>` : escaped(rule);
  });
  const parts = [...rules, ...row.features.map((one) => escaped(coverage.features[one] ?? one))].join(' · ');
  const about = [row.group, ...row.topics].filter(Boolean).map(escaped).join(', ');
  const why = row.why === '' ? '' : `<span class="why">${escaped(row.why)}</span>`;
  return `<li class="${word}"><span class="mark" title="${word}">${mark}</span><div>
<a class="text" href="#" data-place="${row.range.start.line}:${row.range.start.character}">${escaped(row.text)}</a>
${about === '' ? '' : `<span class="topic">${about}</span>`}
<p>${parts}${why}</p></div></li>`;
}

function hueClass(color: string): string {
  return color in HUES ? `hue-${color}` : 'hue-none';
}

const HUES = Object.fromEntries(
  ['red', 'blue', 'green', 'yellow', 'purple', 'orange', 'pink', 'cyan'].map((name) => [name, css(name)]),
);

// A style attribute would not pass the policy, and the style sheet is the same for all personas.
const STYLE = `
body { max-width: 60rem; padding: 0 1.5rem 3rem; line-height: 1.5; }
header { border-left: 4px solid var(--vscode-descriptionForeground); padding-left: 1rem; margin: 1.5rem 0; }
${Object.entries(HUES).map(([name, value]) => `header.hue-${name} { border-color: ${value}; }`).join('\n')}
h1 { font-size: 1.6em; font-weight: 600; margin: 0; }
h2 { font-size: 1.15em; font-weight: 600; margin: 2rem 0 0.5rem; }
header p { margin: 0.2rem 0; color: var(--vscode-descriptionForeground); }
ul { list-style: none; padding: 0; margin: 0; }
li { display: flex; gap: 0.6rem; padding: 0.35rem 0; border-top: 1px solid var(--vscode-widget-border, transparent); }
li p { margin: 0; font-size: 0.92em; }
.mark { width: 1em; text-align: center; font-weight: 600; color: var(--vscode-descriptionForeground); }
.kept .mark { color: var(--vscode-charts-green); }
.open .mark { color: var(--vscode-charts-orange); }
.text { color: var(--vscode-foreground); text-decoration: none; }
.text:hover, .text:focus { text-decoration: underline; }
.topic { color: var(--vscode-descriptionForeground); font-size: 0.92em; margin-left: 0.5em; }
.topic::before { content: '· '; }
.why { color: var(--vscode-descriptionForeground); font-style: italic; }
a { color: var(--vscode-textLink-foreground); }
`;

const SCRIPT = `
const vscode = acquireVsCodeApi();
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-place], a[data-rule]');
  if (link) {
    event.preventDefault();
    const { place, rule } = link.dataset;
    vscode.postMessage(rule === undefined ? { place: place.split(':').map(Number) } : { rule });
  }
});
window.addEventListener('message', ({ data }) => {
  document.querySelector('main').innerHTML = data.body;
});
`;

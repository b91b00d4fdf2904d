// The colours of personas in the colours of the theme.

/** Names of Claude Code's colours -> names of theme colours that every theme has. */
const THEME: Readonly<Record<string, string>> = {
  red: 'charts.red',
  blue: 'charts.blue',
  green: 'charts.green',
  yellow: 'charts.yellow',
  purple: 'charts.purple',
  orange: 'charts.orange',
  pink: 'terminal.ansiBrightMagenta',
  cyan: 'terminal.ansiCyan',
};

/** The theme's colour, a `#rrggbb`, or undefined for a persona that shows none. */
export function shown(color: string): { theme: string } | { hex: string } | undefined {
  const theme = THEME[color];
  if (theme !== undefined) {
    return { theme };
  }
  return /^#[0-9a-f]{6}$/i.test(color) ? { hex: color } : undefined;
}

/** The same for a style sheet in a web view. */
export function css(color: string): string {
  const found = shown(color);
  if (found === undefined) {
    return 'var(--vscode-descriptionForeground)';
  }
  return 'hex' in found ? found.hex : `var(--vscode-${found.theme.replace('.', '-')})`;
}

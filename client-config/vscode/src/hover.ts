// Hovers without what VS Code says itself.

/**
 * The server's explanation of findings without their messages: VS Code shows those above it, with the rule's link.
 *
 * Explanations of several findings are divided by a line; each begins with its message in bold.
 */
export function withoutMessages(markdown: string, messages: readonly string[]): string {
  const parts = markdown.split('\n\n---\n\n').map((part) => {
    const end = part.indexOf('\n\n');
    const first = end < 0 ? part : part.slice(0, end);
    const isMessage = first.startsWith('**') && messages.some((message) => first.endsWith(` ${message}**`));
    return isMessage ? part.slice(first.length).trimStart() : part;
  });
  return parts.filter(Boolean).join('\n\n---\n\n');
}

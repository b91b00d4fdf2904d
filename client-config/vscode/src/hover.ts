// Hovers without what VS Code says itself.

/**
 * The server's explanation of findings without their messages: VS Code shows those above it, with the rule's link.
 *
 * Explanations of several findings are divided by a line; each begins with its message in bold. `related` are the
 * messages about other places, which VS Code lists with their places.
 */
export function withoutMessages(markdown: string, messages: readonly string[], related: readonly string[] = []): string {
  const isRelated = (part: string): boolean => related.some((message) => part === `- ${message}`);
  const paragraphs = markdown.split('\n\n').filter((part) => !isRelated(part));
  return withoutHeads(paragraphs.join('\n\n'), messages);
}

function withoutHeads(markdown: string, messages: readonly string[]): string {
  const parts = markdown.split('\n\n---\n\n').map((part) => {
    const end = part.indexOf('\n\n');
    const first = end < 0 ? part : part.slice(0, end);
    const isMessage = first.startsWith('**') && messages.some((message) => first.endsWith(` ${message}**`));
    return isMessage ? part.slice(first.length).trimStart() : part;
  });
  return parts.filter(Boolean).join('\n\n---\n\n');
}

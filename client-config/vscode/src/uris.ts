// URIs as the server and VS Code spell them: one key for one file.

import { URI } from 'vscode-uri';

/** The same text for every spelling of a URI: percent-encoding, the case of a drive's letter. */
export function keyOf(uri: string): string {
  return URI.parse(uri).toString();
}

/** The last part of a URI's path, as people read it. */
export function nameOf(uri: string): string {
  const { path } = URI.parse(uri);
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder of the workspace that a file lies in: the innermost one. */
export function folderOf(uri: string, folders: readonly string[]): string | undefined {
  const file = keyOf(uri);
  let best: string | undefined;
  for (const folder of folders) {
    const key = keyOf(folder).replace(/\/$/, '');
    if (file.startsWith(`${key}/`) && key.length > (best === undefined ? -1 : keyOf(best).length)) {
      best = folder;
    }
  }
  return best;
}

// Says which environment was chosen, as the Python extension does; the file `chosen` beside the workspace names it.
const fs = require('node:fs');
const vscode = require('vscode');

exports.activate = (context) => {
  const changed = new vscode.EventEmitter();
  const file = process.env.PERSONA_LSP_TEST_CHOSEN;
  const chosen = () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '');
  fs.watchFile(file, { interval: 200 }, () => changed.fire({}));
  context.subscriptions.push(new vscode.Disposable(() => fs.unwatchFile(file)));
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ path: chosen() }),
      resolveEnvironment: async ({ path }) => (path === '' ? undefined : { executable: { uri: vscode.Uri.file(path) } }),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};

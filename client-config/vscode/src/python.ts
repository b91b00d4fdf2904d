// The interpreter that the Python extension has chosen, where that is installed.

import * as vscode from 'vscode';

/** As much of the Python extension's API as is used; its full form is in the package @vscode/python-extension. */
interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(environment: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** The path of the interpreter; undefined where there is no such extension or it has chosen none. */
export async function chosenInterpreter(): Promise<string | undefined> {
  const environments = await pythonEnvironments();
  if (environments === undefined) {
    return undefined;
  }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
  return resolved?.executable.uri?.fsPath;
}

/** Calls back when another interpreter was chosen. */
export async function onInterpreterChange(changed: () => void): Promise<vscode.Disposable | undefined> {
  return (await pythonEnvironments())?.onDidChangeActiveEnvironmentPath(changed);
}

async function pythonEnvironments(): Promise<PythonApi['environments']> {
  const extension = vscode.extensions.getExtension<PythonApi | undefined>('ms-python.python');
  if (extension === undefined) {
    return undefined;
  }
  try {
    return (await extension.activate())?.environments;
  } catch {
    // It is broken, and says so itself.
    return undefined;
  }
}

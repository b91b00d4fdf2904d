// Finds the server: what the user set, the Python extension's environment, the bundled copy, uvx; in that order.
//
// Nothing here knows VS Code or starts a process by itself, so that all of it can be tried out without either.

import { posix, win32 } from 'node:path';

/** What is asked of the machine. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** Whether a path is a file that may be started. */
  isProgram(path: string): boolean;
  /** The standard output of a program; undefined where it cannot be started, fails or takes too long. */
  output(command: string, args: readonly string[]): Promise<string | undefined>;
}

/** What the user and the workspace say. */
export interface Wishes {
  /** The setting `personaLsp.path`, "" for none. */
  path: string;
  /** The setting `personaLsp.interpreter`, "" for none. */
  interpreter: string;
  /** The interpreter that the Python extension has chosen; undefined for none, and in workspaces without trust. */
  environment: string | undefined;
  /** The first folder of the workspace, for `${workspaceFolder}`. */
  folder: string | undefined;
  /** The folder in the extension that holds the probe, the wheel and the libraries. */
  bundle: string;
  /** The file name of the server's wheel in there. */
  wheel: string | undefined;
}

export interface Server {
  kind: 'setting' | 'environment' | 'bundled' | 'uvx';
  command: string;
  args: string[];
  /** Added to the environment of this process. */
  env: Record<string, string>;
}

export interface Trouble {
  kind: 'path-missing' | 'no-python' | 'old-python' | 'no-libraries';
  message: string;
}

/** What probe.py says of an interpreter. */
interface Probe {
  version: [number, number];
  executable: string;
  /** persona-lsp is installed there. */
  installed: boolean;
  /** The folders of the bundle that it can import from, empty where it cannot. */
  bundled: string[];
}

export const OLDEST: readonly [number, number] = [3, 11];
const NAMES = ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];

/** The server to start, or why there is none. */
export async function discover(wishes: Wishes, machine: Machine): Promise<Server | Trouble> {
  if (wishes.path !== '') {
    return fromSetting(wishes, machine);
  }
  if (wishes.environment !== undefined) {
    const probe = await probed(wishes.environment, [], wishes, machine);
    if (probe?.installed === true && isNewEnough(probe)) {
      return { kind: 'environment', command: probe.executable, args: ['-m', 'persona_lsp'], env: SAFE };
    }
  }
  const tried: Probe[] = [];
  for (const [command, args] of interpreters(wishes, machine)) {
    const probe = await probed(command, args, wishes, machine);
    if (probe === undefined) {
      continue;
    }
    tried.push(probe);
    if (isNewEnough(probe) && probe.bundled.length > 0) {
      const env = { ...SAFE, PYTHONPATH: probe.bundled.join(paths(machine).delimiter) };
      return { kind: 'bundled', command: probe.executable, args: ['-m', 'persona_lsp'], env };
    }
  }
  const uvx = which('uvx', machine);
  if (uvx !== undefined && wishes.wheel !== undefined) {
    const wheel = paths(machine).join(wishes.bundle, wishes.wheel);
    return { kind: 'uvx', command: uvx, args: ['--python', '>=3.11', '--from', wheel, 'persona-lsp'], env: {} };
  }
  return trouble(tried);
}

export function isServer(found: Server | Trouble): found is Server {
  return 'command' in found;
}

/** A path of a setting: `~`, `${workspaceFolder}`, `${userHome}` and `${env:NAME}` stand for what they stand for elsewhere. */
export function expanded(text: string, folder: string | undefined, machine: Machine): string {
  const filled = text
    .trim()
    .replace(/\$\{workspaceFolder\}/g, () => folder ?? '')
    .replace(/\$\{userHome\}/g, () => machine.home)
    .replace(/\$\{env:([^}]+)\}/g, (_all, name: string) => machine.env[name] ?? '');
  return /^~(?=$|[/\\])/.test(filled) ? machine.home + filled.slice(1) : filled;
}

/** The path of a program by its name; the name itself where it is a path already. */
export function which(name: string, machine: Machine): string | undefined {
  const path = paths(machine);
  const windows = machine.platform === 'win32';
  const suffixes = windows ? ['', ...(variable('PATHEXT', machine) ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  const isPath = path.isAbsolute(name) || name.includes('/') || (windows && name.includes('\\'));
  const usual = ['uv', 'uvx'].includes(name) ? [path.join(machine.home, '.local', 'bin'), path.join(machine.home, '.cargo', 'bin')] : [];
  const folders = isPath ? [''] : [...(variable('PATH', machine) ?? '').split(path.delimiter).filter(Boolean), ...usual];
  for (const folder of folders) {
    for (const suffix of suffixes) {
      const program = (folder === '' ? name : path.join(folder, name)) + suffix;
      if (machine.isProgram(program)) {
        return program;
      }
    }
  }
  return undefined;
}

// The folder that the server is started in is nobody's package, whatever lies in it.
const SAFE = { PYTHONSAFEPATH: '1' };

function fromSetting(wishes: Wishes, machine: Machine): Server | Trouble {
  const path = expanded(wishes.path, wishes.folder, machine);
  const command = which(path, machine);
  if (command === undefined) {
    return { kind: 'path-missing', message: `The setting personaLsp.path names ${path}, which is no program.` };
  }
  return { kind: 'setting', command, args: [], env: {} };
}

function interpreters(wishes: Wishes, machine: Machine): [string, string[]][] {
  const found: [string, string[]][] = [];
  const add = (command: string | undefined, args: string[] = []): void => {
    if (command !== undefined && !found.some(([known]) => known === command)) {
      found.push([command, args]);
    }
  };
  if (wishes.interpreter !== '') {
    add(which(expanded(wishes.interpreter, wishes.folder, machine), machine));
  }
  add(wishes.environment);
  if (machine.platform === 'win32') {
    add(which('py', machine), ['-3']);
  }
  for (const name of NAMES) {
    add(which(name, machine));
  }
  return found;
}

async function probed(command: string, args: string[], wishes: Wishes, machine: Machine): Promise<Probe | undefined> {
  const script = paths(machine).join(wishes.bundle, 'probe.py');
  const text = await machine.output(command, [...args, script]);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Probe);
  } catch {
    return undefined;
  }
}

function trouble(tried: Probe[]): Trouble {
  const words = (probe: Probe): string => `Python ${probe.version.join('.')} (${probe.executable})`;
  const fit = tried.find(isNewEnough);
  if (fit !== undefined) {
    const message = `persona-lsp has no libraries for ${words(fit)} on this system. Install persona-lsp into a Python environment and name its command in the setting personaLsp.path, or install uv.`;
    return { kind: 'no-libraries', message };
  }
  const newest = [...tried].sort((a, b) => b.version[0] - a.version[0] || b.version[1] - a.version[1])[0];
  if (newest !== undefined) {
    const message = `persona-lsp needs Python 3.11 or newer, and ${words(newest)} is the newest that was found.`;
    return { kind: 'old-python', message };
  }
  return { kind: 'no-python', message: 'persona-lsp needs Python 3.11 or newer, and no Python was found.' };
}

function isNewEnough(probe: Probe): boolean {
  return probe.version[0] > OLDEST[0] || (probe.version[0] === OLDEST[0] && probe.version[1] >= OLDEST[1]);
}

function variable(name: string, machine: Machine): string | undefined {
  // Windows writes `Path` where others write `PATH`.
  const key = Object.keys(machine.env).find((one) => one.toUpperCase() === name);
  return key === undefined ? undefined : machine.env[key];
}

function paths(machine: Machine): typeof posix {
  return machine.platform === 'win32' ? win32 : posix;
}

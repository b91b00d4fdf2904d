// Where the server is found, on any system, without any.

import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { describe, test } from 'node:test';
import { discover, expanded, isServer, which, type Machine, type Server, type Trouble, type Wishes } from '../src/discovery';

interface Given {
  platform?: NodeJS.Platform;
  env?: Record<string, string>;
  home?: string;
  programs?: string[];
  /** What the probe says, by the command that runs it. */
  pythons?: Record<string, { version: [number, number]; installed?: boolean; bundled?: boolean } | string>;
}

function machine(given: Given): Machine & { asked: string[] } {
  const platform = given.platform ?? 'linux';
  const windows = platform === 'win32';
  const programs = new Set([...(given.programs ?? []), ...Object.keys(given.pythons ?? {})]);
  const asked: string[] = [];
  return {
    asked,
    platform,
    env: given.env ?? (windows ? { Path: 'C:\\Tools;C:\\Program Files\\Python' } : { PATH: '/usr/local/bin:/usr/bin' }),
    home: given.home ?? (windows ? 'C:\\Users\\Zoë Müller' : '/home/zoë müller'),
    isProgram: (path) => programs.has(path),
    output: (command, args) => {
      asked.push([command, ...args].join(' '));
      const found = given.pythons?.[command];
      if (found === undefined || typeof found === 'string') {
        return Promise.resolve(found);
      }
      const path = windows ? win32 : posix;
      const here = path.dirname(args.at(-1) ?? '');
      const tag = `cp${found.version.join('')}`;
      const bundled = found.bundled === true ? [path.join(here, 'common'), path.join(here, tag)] : [];
      return Promise.resolve(
        JSON.stringify({ version: found.version, executable: command, installed: found.installed === true, bundled }),
      );
    },
  };
}

const WISHES: Wishes = {
  path: '',
  interpreter: '',
  environment: undefined,
  folder: '/code/Büro & books',
  bundle: '/ext/persona lsp/bundled',
  wheel: 'persona_lsp-1.2.3-py3-none-any.whl',
};

async function found(wishes: Partial<Wishes>, given: Given): Promise<Server> {
  const result = await discover({ ...WISHES, ...wishes }, machine(given));
  assert.ok(isServer(result), JSON.stringify(result));
  return result;
}

async function missing(wishes: Partial<Wishes>, given: Given): Promise<Trouble> {
  const result = await discover({ ...WISHES, ...wishes }, machine(given));
  assert.ok(!isServer(result), JSON.stringify(result));
  return result;
}

describe('the setting', () => {
  test('stands above everything else', async () => {
    const server = await found(
      { path: '/opt/persona-lsp', environment: '/venv/bin/python' },
      { programs: ['/opt/persona-lsp'], pythons: { '/venv/bin/python': { version: [3, 12], installed: true } } },
    );
    assert.deepEqual(server, { kind: 'setting', command: '/opt/persona-lsp', args: [], env: {} });
  });

  test('may be a name on the PATH', async () => {
    assert.equal((await found({ path: 'persona-lsp' }, { programs: ['/usr/bin/persona-lsp'] })).command, '/usr/bin/persona-lsp');
  });

  test('that names nothing is said, and nothing else is taken instead', async () => {
    const trouble = await missing({ path: '~/bin/nothing' }, { pythons: { '/usr/bin/python3': { version: [3, 12], bundled: true } } });
    assert.equal(trouble.kind, 'path-missing');
    assert.match(trouble.message, /\/home\/zoë müller\/bin\/nothing/);
  });
});

describe('an environment', () => {
  test('with persona-lsp is taken before the bundle', async () => {
    const server = await found(
      { environment: '/code/Büro & books/.venv/bin/python' },
      {
        pythons: {
          '/code/Büro & books/.venv/bin/python': { version: [3, 11], installed: true },
          '/usr/bin/python3': { version: [3, 12], bundled: true },
        },
      },
    );
    assert.equal(server.kind, 'environment');
    assert.deepEqual([server.command, ...server.args], ['/code/Büro & books/.venv/bin/python', '-m', 'persona_lsp']);
    assert.equal(server.env['PYTHONSAFEPATH'], '1', 'the folder that it starts in is no package');
  });

  test('without persona-lsp runs the bundle', async () => {
    const server = await found({ environment: '/venv/bin/python' }, { pythons: { '/venv/bin/python': { version: [3, 13], bundled: true } } });
    assert.equal(server.kind, 'bundled');
    assert.equal(server.command, '/venv/bin/python');
  });

  test('that is too old is passed over, even with persona-lsp', async () => {
    const server = await found(
      { environment: '/venv/bin/python' },
      { pythons: { '/venv/bin/python': { version: [3, 10], installed: true }, '/usr/bin/python3.12': { version: [3, 12], bundled: true } } },
    );
    assert.equal(server.command, '/usr/bin/python3.12');
  });
});

describe('the bundle', () => {
  test('is run with its libraries for that Python', async () => {
    const server = await found({}, { pythons: { '/usr/bin/python3': { version: [3, 12], bundled: true } } });
    assert.equal(server.kind, 'bundled');
    assert.equal(server.env['PYTHONPATH'], '/ext/persona lsp/bundled/common:/ext/persona lsp/bundled/cp312');
  });

  test('is run by the interpreter of the settings first', async () => {
    const server = await found(
      { interpreter: '${workspaceFolder}/py/bin/python' },
      { pythons: { '/code/Büro & books/py/bin/python': { version: [3, 12], bundled: true }, '/usr/bin/python3': { version: [3, 12], bundled: true } } },
    );
    assert.equal(server.command, '/code/Büro & books/py/bin/python');
  });

  test('passes over a program that is no Python', async () => {
    const server = await found(
      {},
      { pythons: { '/usr/local/bin/python3': 'hello', '/usr/bin/python3.13': { version: [3, 13], bundled: true } } },
    );
    assert.equal(server.command, '/usr/bin/python3.13');
  });

  test('is found on Windows by the launcher, with its folders divided as there', async () => {
    const bundle = 'C:\\Users\\Zoë Müller\\.vscode\\extensions\\persona-lsp\\bundled';
    const server = await found(
      { bundle, folder: 'D:\\Arbeit' },
      { platform: 'win32', pythons: { 'C:\\Tools\\py.EXE': { version: [3, 12], bundled: true } } },
    );
    assert.equal(server.command, 'C:\\Tools\\py.EXE');
    assert.equal(server.env['PYTHONPATH'], `${bundle}\\common;${bundle}\\cp312`);
  });
});

describe('uvx', () => {
  test('is the last way, with the wheel of the extension', async () => {
    const server = await found({}, { programs: ['/home/zoë müller/.local/bin/uvx'], pythons: { '/usr/bin/python3': { version: [3, 9] } } });
    assert.equal(server.kind, 'uvx');
    assert.deepEqual(server.args, ['--python', '>=3.11', '--from', '/ext/persona lsp/bundled/persona_lsp-1.2.3-py3-none-any.whl', 'persona-lsp']);
  });

  test('is not taken while a Python will do', async () => {
    const server = await found({}, { programs: ['/usr/bin/uvx'], pythons: { '/usr/bin/python3': { version: [3, 11], bundled: true } } });
    assert.equal(server.kind, 'bundled');
  });
});

describe('what is missing is said', () => {
  test('no Python', async () => {
    assert.deepEqual(await missing({}, {}), {
      kind: 'no-python',
      message: 'persona-lsp needs Python 3.11 or newer, and no Python was found.',
    });
  });

  test('too old: the newest that there is', async () => {
    const trouble = await missing(
      {},
      { pythons: { '/usr/bin/python3': { version: [3, 9] }, '/usr/local/bin/python': { version: [2, 7] } } },
    );
    assert.equal(trouble.kind, 'old-python');
    assert.match(trouble.message, /Python 3\.9 \(\/usr\/bin\/python3\) is the newest/);
  });

  test('a Python for which the bundle has no libraries', async () => {
    const trouble = await missing({}, { pythons: { '/usr/bin/python3': { version: [3, 19] } } });
    assert.equal(trouble.kind, 'no-libraries');
    assert.match(trouble.message, /3\.19/);
  });
});

describe('paths of settings', () => {
  test('stand for folders as they do elsewhere', () => {
    const here = machine({ env: { TOOLS: '/opt/my tools' } });
    assert.equal(expanded('~/a', undefined, here), '/home/zoë müller/a');
    assert.equal(expanded(' ${workspaceFolder}/.venv/bin/x ', '/w/é', here), '/w/é/.venv/bin/x');
    assert.equal(expanded('${env:TOOLS}/x', undefined, here), '/opt/my tools/x');
    assert.equal(expanded('${userHome}/x', undefined, here), '/home/zoë müller/x');
    assert.equal(expanded('~other/x', undefined, here), '~other/x');
    assert.equal(expanded('${workspaceFolder}/$&', '/w/$1', here), '/w/$1/$&', 'a dollar means nothing');
  });

  test('on Windows', () => {
    const here = machine({ platform: 'win32', programs: ['C:\\Tools\\persona-lsp.EXE', 'D:\\a b\\x.cmd'], env: { path: 'C:\\Tools', PathExt: '.EXE;.cmd' } });
    assert.equal(expanded('~\\bin', undefined, here), 'C:\\Users\\Zoë Müller\\bin');
    assert.equal(which('persona-lsp', here), 'C:\\Tools\\persona-lsp.EXE');
    assert.equal(which('D:\\a b\\x', here), 'D:\\a b\\x.cmd');
    assert.equal(which('nothing', here), undefined);
  });
});

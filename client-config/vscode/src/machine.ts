// This machine, as the search for the server asks about it.

import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Machine } from './discovery';

const PATIENCE = 15_000;

/** `folder` is where programs are started: one that holds no code of a workspace. */
export function thisMachine(folder: string): Machine {
  return {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    isProgram: (path) => {
      try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
      } catch {
        return false;
      }
    },
    output: (command, args) =>
      new Promise((resolve) => {
        execFile(command, args, { cwd: folder, timeout: PATIENCE, windowsHide: true }, (error, stdout) => {
          resolve(error === null ? stdout : undefined);
        });
      }),
  };
}

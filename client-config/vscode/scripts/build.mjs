// Bundles the extension into out/extension.js; with --tests, each unit test into out/tests/; with --watch, again and again.
import { readdirSync, rmSync } from 'node:fs';
import { context } from 'esbuild';

const shared = { bundle: true, platform: 'node', format: 'cjs', target: 'node18', sourcemap: true, logLevel: 'warning' };
const tests = process.argv.includes('--tests');
if (tests) {
  rmSync('out/tests', { recursive: true, force: true });
}
const build = await context(
  tests
    ? { ...shared, entryPoints: readdirSync('tests').map((name) => `tests/${name}`), outdir: 'out/tests' }
    : { ...shared, entryPoints: ['src/extension.ts'], outfile: 'out/extension.js', external: ['vscode'], minify: true },
);
if (process.argv.includes('--watch')) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}

// Packages the extension: node scripts/package.mjs [--target TARGET] -> dist/persona-lsp-TARGET.vsix
//
// What belongs into it is collected in build/, so that nothing else can get in.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const current = `${process.platform}-${process.arch}`;
const { values } = parseArgs({ options: { target: { type: 'string', default: current } } });

execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
rmSync('build', { recursive: true, force: true });
mkdirSync('build/out', { recursive: true });
mkdirSync('dist', { recursive: true });
cpSync('out/extension.js', 'build/out/extension.js');
for (const folder of ['media', 'bundled']) {
  cpSync(folder, `build/${folder}`, { recursive: true, filter: (path) => !path.includes('__pycache__') });
}
for (const file of ['README.md', 'CHANGELOG.md']) {
  cpSync(file, `build/${file}`);
}
cpSync('../../LICENSE', 'build/LICENSE');
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
// What only those who work on it need.
for (const key of ['scripts', 'devDependencies', 'private']) {
  delete manifest[key];
}
writeFileSync('build/package.json', JSON.stringify(manifest, null, 2));

const output = `${process.cwd()}/dist/persona-lsp-${values.target}.vsix`;
const target = values.target === 'universal' ? [] : ['--target', values.target];
execFileSync(
  process.execPath,
  [
    `${process.cwd()}/node_modules/@vscode/vsce/vsce`, 'package', '--no-dependencies', '--out', output, ...target,
    // The project has no public home yet that links could lead to.
    '--allow-missing-repository', '--no-rewrite-relative-links',
    // What is in build/ was chosen above. Looking for secrets in the libraries would take half a minute.
    '--allow-package-all-secrets',
  ],
  { cwd: 'build', stdio: 'inherit' },
);

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './source-files.ts';

/** Calls of the command by a program that downloads it from a registry if it is not installed. */
const INSTALLS = new RegExp(
  [
    // In a shell, or as items of a list.
    String.raw`\bnpx\b(?!['", \[\]]+--no-install\b)(?:['", \[\]]+-[-\w=]+)*['", \[\]]+nv-auth-mock\b`,
    String.raw`\bnpx\b['", \[\]]+(?:--yes|-y)\b`,
    String.raw`\b(?:npm (?:exec|x)|pnpm dlx|pnpx|yarn dlx|bunx)\b.*\bnv-auth-mock\b`,
  ].join('|'),
);

/** Files that Git ignores, and the changelog of earlier versions. */
const LEFT_OUT = [
  ...['.git', 'CHANGELOG.md'],
  ...readFileSync(join(ROOT, '.gitignore'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/\/$/, '')),
];

/** Lists the files below a folder. */
function listFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !LEFT_OUT.includes(name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? listFiles(path) : [path];
    });
}

it('no call of the command installs the package', () => {
  const files = listFiles('.');
  const calls = files.flatMap((path) => {
    const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
    return lines.flatMap((line, index) => (INSTALLS.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
  });

  expect(files).toEqual(expect.arrayContaining(['Dockerfile', '.github/workflows/ci.yml', 'docs/how-to/install.md']));
  expect(calls).toEqual([]);
});

it('every version of a dependency is exact', () => {
  const versions = ['.', 'bench', 'conformance', 'console', 'scripts']
    .flatMap((folder) => listFiles(folder))
    .filter((path) => path.endsWith('/package.json') || path === 'package.json')
    .flatMap((path) => {
      const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(
        readFileSync(join(ROOT, path), 'utf8'),
      );
      return Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides });
    })
    .filter((version) => typeof version === 'string');

  expect(versions.length).toBeGreaterThan(50);
  expect(versions.filter((version) => !/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
});

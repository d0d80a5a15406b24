import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
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

const FILES = listFiles('.');

describe('a call of the command', () => {
  it.each(['Dockerfile', '.github/workflows/ci.yml', 'examples/go/nv_auth_mock_test.go', 'docs/how-to/install.md'])(
    'is searched for in %s',
    (path) => {
      expect(FILES).toContain(path);
    },
  );

  it('never installs the package', () => {
    const calls = FILES.flatMap((path) => {
      const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
      return lines.flatMap((line, index) => (INSTALLS.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
    });

    expect(calls).toEqual([]);
  });
});

describe('the pattern of calls that install', () => {
  // Interpolated, so that this file has no such call.
  const npx = 'npx';
  const name = 'nv-auth-mock';

  it.each([
    `${npx} ${name}`,
    `${npx} --yes ${name}`,
    `${npx} -y anything`,
    `${npx} --package=x ${name}`,
    `spawn("${npx}", ["${name}"])`,
    `['${npx}', '--yes', '${name}']`,
    `npm exec ${name}`,
    `pnpm dlx ${name}`,
  ])('matches %s', (line) => {
    expect(line).toMatch(INSTALLS);
  });

  it.each([
    'npx --no-install nv-auth-mock start',
    "run('npx', ['--no-install', 'nv-auth-mock'])",
    'npx --no-install vitest run nv-auth-mock.test.ts',
    'pnpm exec nv-auth-mock',
    'node_modules/.bin/nv-auth-mock',
  ])('does not match %s', (line) => {
    expect(line).not.toMatch(INSTALLS);
  });
});

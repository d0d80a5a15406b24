import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source-files.ts';

/** Calls of the mock's command by a program that gets it from a registry where it is not installed. */
const INSTALLS = new RegExp(
  [
    // In a shell, or as the words of a list.
    String.raw`\bnpx\b(?!['", \[\]]+--no-install\b)(?:['", \[\]]+-[-\w=]+)*['", \[\]]+nv-auth-mock\b`,
    String.raw`\bnpx\b['", \[\]]+(?:--yes|-y)\b`,
    String.raw`\b(?:npm (?:exec|x)|pnpm dlx|pnpx|yarn dlx|bunx)\b.*\bnv-auth-mock\b`,
  ].join('|'),
);

/** What Git ignores, and what is told of earlier versions. */
const LEFT_OUT = [
  ...['.git', 'CHANGELOG.md'],
  ...readFileSync(join(ROOT, '.gitignore'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/\/$/, '')),
];

/** The files of this folder and those in it. */
function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !LEFT_OUT.includes(name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}

const FILES = filesIn('.');

describe('a call of the command', () => {
  it.each(['Dockerfile', '.github/workflows/ci.yml', 'clients/go/server.go', 'docs/how-to/install.md'])(
    'is looked for in %s',
    (path) => {
      expect(FILES).toContain(path);
    },
  );

  it('never installs it', () => {
    const found = FILES.flatMap((path) => {
      const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
      return lines.flatMap((line, index) => (INSTALLS.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
    });

    expect(found).toEqual([]);
  });
});

describe('the form of a call that installs', () => {
  // Put in, so that this file has no such call.
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
  ])('is known: %s', (line) => {
    expect(line).toMatch(INSTALLS);
  });

  it.each([
    'npx --no-install nv-auth-mock start',
    "run('npx', ['--no-install', 'nv-auth-mock'])",
    'npx --no-install vitest run nv-auth-mock.test.ts',
    'pnpm exec nv-auth-mock',
    'node_modules/.bin/nv-auth-mock',
  ])('is not this one: %s', (line) => {
    expect(line).not.toMatch(INSTALLS);
  });
});

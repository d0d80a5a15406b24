/** The programs of the documentation page on verifiers and the example that it links to, in each test runner. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyInstallation, PATIENTLY, write } from '../support/package.ts';

const run = promisify(execFile);
const PAGE = fileURLToPath(new URL('../../docs/how-to/testing-verifiers.md', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../examples/node-test/jsonwebtoken.test.mjs', import.meta.url));
/** Allows for a busy machine. */
const PATIENCE_MS = 60_000;

let folder: string;
let page: string;
let example: string;
beforeAll(async () => {
  folder = await copyInstallation(['vitest', 'jose', 'jsonwebtoken']);
  [page, example] = await Promise.all([readFile(PAGE, 'utf8'), readFile(EXAMPLE, 'utf8')]);
}, PATIENCE_MS);

/** Returns the code block of the page that contains this text. */
function block(language: string, words: string): string {
  const found = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, body = '']) => body,
  );
  return found.find((one) => one.includes(words)) ?? '';
}

const programOf = (library: 'jose' | 'jsonwebtoken') => (library === 'jose' ? block('js', "from 'jose'") : example);

/** What a program says, whether it succeeds or fails. */
async function runNode(...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
  const limits = { cwd: folder, env, timeout: PATIENCE_MS };
  const { stdout, stderr } = await run(process.execPath, args, limits).catch(
    (thrown: { stdout: string; stderr: string }) => thrown,
  );
  return stdout + stderr;
}

describe('the programs of the verifier documentation', { timeout: PATIENCE_MS }, () => {
  it('pass in vitest', async () => {
    await write(folder, { 'shown.test.ts': block('ts', 'nv-auth-mock/vitest') });
    const output = await runNode(
      join(folder, 'node_modules/vitest/vitest.mjs'),
      'run',
      PATIENTLY,
      'shown.test.ts',
      '--root',
      folder,
    );

    expect(output).toMatch(/Tests +4\d passed \| 1 skipped/);
  });

  it.each(['jose', 'jsonwebtoken'] as const)('pass in node:test: %s', async (library) => {
    await write(folder, { 'shown.mjs': programOf(library) });
    const output = await runNode('--test-reporter=tap', 'shown.mjs');

    expect(output).toContain('# fail 0');
    expect(output).toMatch(/^# pass 4\d$/m);
    expect(output).toContain('# skipped 1');
  });

  it.each([
    ['jose', /^.*payload\.typ.*$/m, 'id-token'],
    ['jsonwebtoken', /^.*header\?\.crit.*$/m, 'unknown-extension'],
  ] as const)('fail without the lines that the page calls necessary: %s', async (library, line, name) => {
    const shown = programOf(library);
    await write(folder, { 'less.mjs': shown.replace(line, '') });
    const output = await runNode('--test-reporter=tap', 'less.mjs');

    expect(shown).toMatch(line);
    expect(output).toContain('# fail 1\n');
    expect(output).toContain(`The verifier accepts \`${name}\``);
  });
});

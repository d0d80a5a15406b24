import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { emptyFolder } from '../support/folder.ts';
import { listeningServer } from '../support/listening.ts';
import { documentationPages, ROOT, sourceFiles } from './source-files.ts';

const run = promisify(execFile);
const BASE = 'http://127.0.0.1:6625';
const PAGES = [
  ...[...documentationPages(), ...sourceFiles('docs/maintaining', '.md')].map(({ path }) => path),
  'CONTRIBUTING.md',
];

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

/** What a page shows after a block that runs: what it prints, line by line. */
function shownAfter(blocks: readonly Block[], index: number): string[] {
  const next = blocks[index + 1];
  if (next === undefined || !['', 'json'].includes(next.language)) return [];
  return next.text.split('\n').filter((line) => line.trim() !== '');
}

/**
 * A folder that holds what an installation of the package holds: it can be imported, and its command can be called. With
 * it the libraries that pages use.
 */
async function userFolder(): Promise<string> {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
  await symlink(ROOT, join(folder, 'node_modules/nv-auth-mock'));
  for (const name of ['jose', 'jsonwebtoken']) {
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  await symlink('../nv-auth-mock/dist/main.cjs', join(folder, 'node_modules/.bin/nv-auth-mock'));
  return folder;
}

/**
 * Runs the shell blocks of a page in one shell, one after the other, and gives what each printed. The server is where
 * commands look for one.
 */
async function runShell(scripts: readonly string[], url: string): Promise<string[]> {
  const marked = scripts.map((script) => `${script}\necho; echo '@@@'`).join('\n');
  const { stdout } = await run('bash', ['-c', `exec 2>&1; ${marked.replaceAll(BASE, url)}`], {
    cwd: await userFolder(),
    env: { ...process.env, NV_AUTH_MOCK_PORT: new URL(url).port },
  });
  return stdout.replaceAll(url, BASE).split('@@@');
}

describe.each(PAGES.map((page) => ({ page, blocks: blocksOf(page) })))('$page', ({ page, blocks }) => {
  const shell = blocks.flatMap((block, index) => (block.language === 'sh' ? [{ ...block, index }] : []));
  const programs = blocks.flatMap((block, index) => (block.language === 'js' ? [{ ...block, index }] : []));

  if (shell.length > 0) {
    it('has shell commands that print what it shows', async () => {
      const { url } = await listeningServer();
      const printed = await runShell(
        shell.map(({ text }) => text),
        url,
      );
      for (const [at, { index }] of shell.entries()) {
        for (const line of shownAfter(blocks, index)) expect(printed[at], `${page}: ${line}`).toContain(line);
      }
    });
  }

  if (programs.length > 0) {
    it.each(programs)('has a program that runs: $text', async ({ text, index }) => {
      const folder = await userFolder();
      await writeFile(join(folder, 'program.mjs'), text);
      const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: folder });

      for (const line of shownAfter(blocks, index)) expect(stdout).toContain(line);
    });
  }

  it('has no other blocks but such as are tried elsewhere', () => {
    const consoles = blocks
      .filter(({ language }) => language === 'console')
      .flatMap(({ text }) => text.trim().split('\n'));

    expect(
      blocks.filter(
        ({ language }) => !['sh', 'js', 'ts', 'python', 'go', 'html', 'json', 'yaml', 'console', ''].includes(language),
      ),
    ).toEqual([]);
    for (const line of consoles) expect(line).toMatch(/^(npm|docker|kubectl) |^npx --no-install nv-auth-mock$/);
    for (const { language, text } of blocks) if (language === 'yaml') expect(parse(text)).toBeTruthy();
  });
});

describe('everything that the README and its pages show, in one world', async () => {
  const { url } = await listeningServer();
  /** What a reader would find changed who did not follow the page. */
  const world = async () => {
    const read = async (path: string) => (await fetch(`${url}/_mock/${path}`)).json();
    const [{ ahead }, { mode }, { counts }] = (await Promise.all(['clock', 'propagation', 'info'].map(read))) as [
      { readonly ahead: string },
      { readonly mode: string },
      { readonly counts: unknown },
    ];
    return { ahead, mode, counts };
  };
  const pages = ['README.md', ...documentationPages().map(({ path }) => path)];
  const asFound = await world();

  it.each(['the first time', 'once more'].flatMap((time) => pages.map((page) => [page, time] as const)))(
    '%s runs %s, and leaves the world as it found it',
    async (page) => {
      const blocks = blocksOf(page);
      const shell = blocks.flatMap((block, index) =>
        block.language === 'sh' && !block.text.startsWith('npm ') ? [{ ...block, index }] : [],
      );
      if (shell.length === 0) return;
      const printed = await runShell(
        shell.map(({ text }) => text),
        url,
      );
      if (page !== 'README.md') {
        for (const [at, { index }] of shell.entries()) {
          for (const line of shownAfter(blocks, index)) expect(printed[at], line).toContain(line);
        }
      } else expect(printed.join('')).toMatch(/HTTP\/1.1 403[\s\S]*^Refused: POST[\s\S]*^How to fix it:/m);

      expect(await world()).toEqual(asFound);
    },
  );
});

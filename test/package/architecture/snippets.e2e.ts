import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { emptyFolder } from '../../support/folder.ts';
import { listeningServer } from '../../support/listening.ts';
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

function listBlocks(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

/** Lists the lines of output that a page shows after a code block. */
function listOutput(blocks: readonly Block[], index: number): string[] {
  const next = blocks[index + 1];
  if (next === undefined || !['', 'json'].includes(next.language)) return [];
  return next.text.split('\n').filter((line) => line.trim() !== '');
}

/**
 * Creates a folder with an installed package and command, and the library that pages use.
 */
async function createUserFolder(): Promise<string> {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
  await symlink(ROOT, join(folder, 'node_modules/nv-auth-mock'));
  await symlink(join(ROOT, 'node_modules/jose'), join(folder, 'node_modules/jose'));
  await symlink('../nv-auth-mock/dist/main.cjs', join(folder, 'node_modules/.bin/nv-auth-mock'));
  return folder;
}

/**
 * Runs the shell blocks of a page one after another in a shell, and returns the output of each.
 */
async function runShell(scripts: readonly string[], url: string): Promise<string[]> {
  const marked = scripts.map((script) => `${script}\necho; echo '@@@'`).join('\n');
  const { stdout } = await run('bash', ['-c', `exec 2>&1; ${marked.replaceAll(BASE, url)}`], {
    cwd: await createUserFolder(),
    env: { ...process.env, NV_AUTH_MOCK_PORT: new URL(url).port },
  });
  return stdout.replaceAll(url, BASE).split('@@@');
}

const programs = PAGES.flatMap((page) => {
  const blocks = listBlocks(page);
  return blocks.flatMap((block, index) =>
    block.language === 'js' ? [{ page, text: block.text, shown: listOutput(blocks, index) }] : [],
  );
});

it.each(programs)('$page has a program that runs: $text', async ({ text, shown }) => {
  const folder = await createUserFolder();
  await writeFile(join(folder, 'program.mjs'), text);
  const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: folder });

  for (const line of shown) expect(stdout).toContain(line);
});

it.each(PAGES)('%s has YAML that can be parsed', (page) => {
  for (const { language, text } of listBlocks(page)) if (language === 'yaml') expect(parse(text)).toBeTruthy();
});

describe('all blocks of the README and its pages in a world', async () => {
  const { url } = await listeningServer();
  /** Reads the state of the world that pages must not change. */
  const readWorld = async () => {
    const readControl = async (path: string) => (await fetch(`${url}/_mock/${path}`)).json();
    const [{ ahead }, { mode }, { counts }] = (await Promise.all(
      ['clock', 'propagation', 'info'].map(readControl),
    )) as [{ readonly ahead: string }, { readonly mode: string }, { readonly counts: unknown }];
    return { ahead, mode, counts };
  };
  const pages = ['README.md', ...documentationPages().map(({ path }) => path)];
  const before = await readWorld();

  it.each(['once', 'again'].flatMap((time) => pages.map((page) => [page, time] as const)))(
    'of %s run %s, and leave the world unchanged',
    async (page) => {
      const blocks = listBlocks(page);
      const shell = blocks.flatMap((block, index) =>
        block.language === 'sh' && !block.text.startsWith('npm ') ? [{ ...block, index }] : [],
      );
      if (shell.length === 0) return;
      const printed = await runShell(
        shell.map(({ text }) => text),
        url,
      );
      // The README shows what its first lines print, with other ids.
      for (const [at, { index }] of page === 'README.md' ? [] : shell.entries()) {
        for (const line of listOutput(blocks, index)) expect(printed[at], line).toContain(line);
      }
      if (page === 'README.md')
        expect(printed.join('')).toMatch(/HTTP\/1.1 403[\s\S]*^Refused: POST[\s\S]*^How to fix it:/m);

      expect(await readWorld()).toEqual(before);
    },
  );
});

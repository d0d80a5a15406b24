import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ALL_REASONS } from '../../../src/services/index.ts';
import { listeningServer } from '../../support/listening.ts';
import { ROOT } from './source-files.ts';

const run = promisify(execFile);
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const refusals = readFileSync(join(ROOT, 'docs/reference/why-was-i-refused.md'), 'utf8');
const command = readFileSync(join(ROOT, 'docs/reference/command.md'), 'utf8');

/** The stage of each step of the console, by the title of the step. */
const STAGES: Readonly<Record<string, string>> = {
  Credential: 'authenticate',
  Rights: 'decide',
  Body: 'validate',
  Resource: 'cover',
  Response: 'handle',
};

interface Shown {
  readonly decisions: readonly object[];
}

/** Finds the code block of a page that contains a text. */
function findBlock(part: string, page = readme): string {
  const blocks = [...page.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text = '']) => text);
  return blocks.find((text) => text.includes(part)) as string;
}

describe('the first screen of the README', async () => {
  const { url } = await listeningServer();
  const { stdout: output } = await run('bash', ['-c', findBlock('curl -i').replaceAll('http://127.0.0.1:6625', url)]);

  it('shows the actual response', () => {
    const shown = findBlock('HTTP/1.1 403').replaceAll('http://127.0.0.1:6625', url);
    const lines = shown.trim().split('\n').filter(Boolean);
    const removeId = (text: string) => text.replace(/(?<="id":"|decision=)[^"]*/g, '');

    expect(lines).toHaveLength(4);
    for (const line of lines) expect(removeId(output)).toContain(removeId(line));
  });

  it('shows the actual explanation', async () => {
    const { stdout } = await run(process.execPath, [join(ROOT, 'dist/main.cjs'), 'why', '--url', url]);
    const lines = findBlock('Refused: POST').replaceAll('http://127.0.0.1:6625', url).trim().split('\n');

    expect(lines).toHaveLength(8);
    for (const line of lines) expect(stdout.split('\n')).toContain(line);
  });

  it('has the actual decision on another page, except its id and time', async () => {
    const { decisions } = (await (await fetch(`${url}/_mock/decisions?effect=deny&limit=1`)).json()) as Shown;
    const shown: Shown = JSON.parse(findBlock('"decisions": [', refusals));

    expect(decisions).toMatchObject([{ ...shown.decisions[0], id: expect.any(String), at: expect.any(String) }]);
    expect(Object.keys(shown.decisions[0] ?? {})).toEqual(Object.keys(decisions[0] ?? {}));
  });
});

it('docs/reference/why-was-i-refused.md lists exactly the existing reasons', () => {
  const [, section = ''] = /\n## Reasons\n(.*?)\n## /s.exec(refusals) ?? [];
  const rows = section
    .split('\n### ')
    .slice(1)
    .flatMap((part) => {
      const [title = ''] = part.split('\n', 1);
      return [...part.matchAll(/^\| `([a-z_]+)` \| (.*) \|$/gm)].map(([, reason, meaning]) => [
        reason,
        { stage: STAGES[title], meaning },
      ]);
    });

  const reported = Object.entries(ALL_REASONS).map(([reason, { stage, meaning }]) => [reason, { stage, meaning }]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(reported));
});

it('the command has exactly the subcommands of its page', async () => {
  const { stdout: help } = await run(process.execPath, [join(ROOT, 'dist/main.cjs'), '--help']);
  const commands = [...help.matchAll(/^ {2}([a-z]+) (?:\[options\])? /gm)].map(([, name]) => name);
  const [table = ''] = /^\| `npx --no-install nv-auth-mock` and.*?\n\n/ms.exec(command) ?? [];
  const listed = [...table.matchAll(/^\| (?:nothing, or )?`([a-z]+)/gm)].map(([, name]) => name);

  expect(listed.filter((name) => name !== 'npx').sort()).toEqual(commands.filter((name) => name !== 'help').sort());
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatFlagName, OPTIONS } from '../../src/config/options.ts';
import { ALL_REASONS } from '../../src/services/index.ts';
import { listeningServer } from '../support/listening.ts';
import { documentationPages, ROOT } from './source-files.ts';

const run = promisify(execFile);
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const refusals = readFileSync(join(ROOT, 'docs/reference/why-was-i-refused.md'), 'utf8');
const command = readFileSync(join(ROOT, 'docs/reference/command.md'), 'utf8');

interface Shown {
  readonly decisions: readonly object[];
}

/** The block of a page that has these words. */
function block(part: string, page = readme): string {
  const blocks = [...page.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text = '']) => text);
  return blocks.find((text) => text.includes(part)) as string;
}

describe('the first screen of the README', async () => {
  const { url } = await listeningServer();
  const { stdout: output } = await run('bash', ['-c', block('curl -i').replaceAll('http://127.0.0.1:6625', url)]);

  it('shows the refusal as it is', () => {
    const lines = block('HTTP/1.1 403').trim().split('\n').filter(Boolean);
    const made = (line: string) => line.replace(/"id":"[^"]*"/, '"id":""');

    expect(lines).toHaveLength(4);
    for (const line of lines) expect(made(output)).toContain(made(line));
  });

  it('shows the explanation as it is', async () => {
    const { stdout } = await run(process.execPath, [join(ROOT, 'dist/main.cjs'), 'why', '--url', url]);
    const lines = block('Refused: POST').replaceAll('http://127.0.0.1:6625', url).trim().split('\n');

    expect(lines).toHaveLength(8);
    for (const line of lines) expect(stdout.split('\n')).toContain(line);
  });

  it('has the whole decision on another page, but for its id and its time', async () => {
    const { decisions } = (await (await fetch(`${url}/_mock/decisions?effect=deny&limit=1`)).json()) as Shown;
    const shown: Shown = JSON.parse(block('"decisions": [', refusals));

    expect(decisions).toMatchObject([{ ...shown.decisions[0], id: expect.any(String), at: expect.any(String) }]);
    expect(Object.keys(shown.decisions[0] ?? {})).toEqual(Object.keys(decisions[0] ?? {}));
  });
});

it('every reason is told in docs/reference/why-was-i-refused.md, and no other', () => {
  const rows = refusals
    .split('\n### ')
    .slice(1)
    .flatMap((section) => {
      const [stage] = section.split(/\s/, 1);
      return [...section.matchAll(/^\| `([a-z_]+)` \| (.*) \|$/gm)].map(([, reason, meaning]) => [
        reason,
        { stage, meaning },
      ]);
    });

  const reported = Object.entries(ALL_REASONS).map(([reason, { stage, meaning }]) => [reason, { stage, meaning }]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(reported));
});

describe('the command, as the README and its pages call it', () => {
  const pages = [{ path: 'README.md', text: readme }, ...documentationPages()];

  it('is found in a clone as where the package is installed', async () => {
    const bare =
      /(?<!npx --no-install |\.bin\/)nv-auth-mock (?:start|health|env|why|doctor|verify)\b|(?<!\/app\/)dist\/main\.js/g;
    const found = pages.flatMap(({ path, text }) => (text.match(bare) ?? []).map((call) => `${path}: ${call}`));
    const { stdout } = await run('npx', ['--no-install', 'nv-auth-mock', '--version'], { cwd: ROOT });

    expect(found).toEqual([]);
    expect(stdout).toBe(`${JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version}\n`);
  });

  it('has the subcommands that its page lists, and no other', async () => {
    const { stdout: help } = await run(process.execPath, [join(ROOT, 'dist/main.cjs'), '--help']);
    const commands = [...help.matchAll(/^ {2}([a-z]+) (?:\[options\])? /gm)].map(([, name]) => name);
    const table = command.slice(
      command.indexOf('| `npx --no-install nv-auth-mock` and'),
      command.indexOf('The last line on stdout'),
    );
    const listed = [...table.matchAll(/^\| (?:nothing, or )?`([a-z]+)/gm)].map(([, name]) => name);

    expect(listed.filter((name) => name !== 'npx').sort()).toEqual(commands.filter((name) => name !== 'help').sort());
  });
});

it('the help of the command names every flag', async () => {
  const { stdout: help } = await run(process.execPath, [join(ROOT, 'dist/main.cjs'), 'start', '--help']);

  for (const name of Object.keys(OPTIONS)) expect(help).toContain(`--${formatFlagName(name)}`);
});

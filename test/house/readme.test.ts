import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { flagName, OPTIONS } from '../../src/config/options.ts';
import { ALL_REASONS } from '../../src/services/index.ts';
import { listeningServer } from '../support/listening.ts';
import { documentationPages, ROOT } from './source-files.ts';

const run = promisify(execFile);
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, text]) => ({
  language,
  text: text as string,
}));
const block = (part: string) => blocks.find(({ text }) => text.includes(part))?.text as string;

describe('the first screen of the README', async () => {
  const { url } = await listeningServer();
  const script = [block('TOKEN=$(curl'), block('curl -i'), 'echo', block('effect=deny&limit=1')].join('\n');
  const { stdout: output } = await run('bash', ['-c', script.replaceAll('http://127.0.0.1:6625', url)]);
  const shown = JSON.parse(block('"decisions": ['));
  const real = JSON.parse(output.trim().split('\n').at(-1) as string);

  it('shows the refusal as it is', () => {
    const lines = block('HTTP/1.1 403').trim().split('\n').filter(Boolean);
    const made = (line: string) => line.replace(/"id":"[^"]*"/, '"id":""');

    expect(lines).toHaveLength(4);
    for (const line of lines) expect(made(output)).toContain(made(line));
  });

  it('shows the decision as it is, but for its id and its time', () => {
    const [decision] = real.decisions;
    const [printed] = shown.decisions;

    expect({ ...decision, id: '', at: '' }).toEqual({ ...printed, id: '', at: '' });
  });
});

describe('the section about edits that do not count yet', async () => {
  const { url } = await listeningServer();
  const script = [
    block('/_mock/propagation'),
    block('SPEC='),
    `echo; ${block('/_mock/clock/advance -H "$J" -d \'{"by":"15m"}\'')}`,
  ].join('\n');
  const { stdout: output } = await run('bash', ['-c', script.replaceAll('http://127.0.0.1:6625', url)]);
  /** Without what differs from run to run: times, and the ids of keys and decisions. */
  const lasting = (text: string) =>
    text
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/"(id|keyId)":"[^"]*"/g, '"$1":""')
      .trim();

  it('shows the refusal as it is', () => {
    const lines = block('"pending":').trim().split('\n').filter(Boolean);

    expect(lines).toHaveLength(4);
    for (const line of lines) expect(lasting(output)).toContain(lasting(line));
  });

  it('explains it in the words of the decision', async () => {
    const response = await fetch(`${url}/_mock/decisions?effect=deny`);
    const { decisions } = (await response.json()) as { decisions: { explanation: string }[] };
    const flat = readme.replaceAll(/\s+/g, ' ');

    expect(decisions).toHaveLength(1);
    expect(lasting(flat)).toContain(lasting(`*${decisions[0]?.explanation}*`));
  });

  it('shows the cure as it is', () => {
    expect(lasting(output).endsWith(lasting(block('"events":[{')))).toBe(true);
  });
});

it('every reason is told in docs/reference/why-was-i-refused.md, and no other', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/why-was-i-refused.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \| (.*) \|$/gm)].map(([, reason, stage, meaning]) => [
    reason,
    { stage, meaning },
  ]);

  const told = Object.entries(ALL_REASONS).map(([reason, { stage, meaning }]) => [reason, { stage, meaning }]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(told));
});

describe('the command, as the README and its pages call it', () => {
  const pages = [{ path: 'README.md', text: readme }, ...documentationPages()];

  it('is found in a clone as where the package is installed', async () => {
    const bare = /(?<!npx |\.bin\/)nv-auth-mock (?:start|health|env|doctor|verify)\b|(?<!\/app\/)dist\/main\.js/g;
    const found = pages.flatMap(({ path, text }) => (text.match(bare) ?? []).map((call) => `${path}: ${call}`));
    const { stdout } = await run('npx', ['nv-auth-mock', '--version'], { cwd: ROOT });

    expect(found).toEqual([]);
    expect(stdout).toBe(`${JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version}\n`);
  });

  it('has the subcommands that the README lists, and no other', async () => {
    const { stdout: help } = await run(process.execPath, [join(ROOT, 'dist/main.js'), '--help']);
    const commands = [...help.matchAll(/^ {2}([a-z]+) (?:\[options\])? /gm)].map(([, name]) => name);
    const table = readme.slice(readme.indexOf('| `npx nv-auth-mock` and'), readme.indexOf('The last line on stdout'));
    const listed = [...table.matchAll(/^\| (?:nothing, or )?`([a-z]+)/gm)].map(([, name]) => name);

    expect(listed.filter((name) => name !== 'npx').sort()).toEqual(commands.filter((name) => name !== 'help').sort());
  });
});

it('the help of the command names every flag', async () => {
  const { stdout: help } = await run(process.execPath, [join(ROOT, 'dist/main.js'), 'start', '--help']);

  for (const name of Object.keys(OPTIONS)) expect(help).toContain(`--${flagName(name)}`);
});

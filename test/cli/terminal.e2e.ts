/** The log of the command if its standard error is a terminal. */
import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import type { Surroundings } from '../support/command.ts';
import { it as inFolder } from '../support/in-folder.ts';
import { hasTerminal, launchInTerminal, rowsShown } from '../support/terminal.ts';

/** `nvcf-deployer` of the built-in cast. */
const KEY = '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';
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const FUNCTION = { name: 'translate', inferenceUrl: '/', containerImage: 'nvcr.io/acme/translate:1' };

/** Starts the command in a terminal, sends requests, and returns the output after the banner. */
const it = inFolder.extend<{ output: (args?: readonly string[], env?: Surroundings['env']) => Promise<string> }>({
  output: async ({ folder, onTestFinished }, use) => {
    await use(async (args = [], env = {}) => {
      const running = launchInTerminal(folder, ['--port', '0', ...args], env);
      onTestFinished(() => void running.kill('SIGKILL'));
      const [, url = ''] = await running.waitForOutput(/(?:ready on |"url":")(http:[^"\s]+)/);
      const call = (path: string, body?: object) =>
        fetch(`${url}${path}`, {
          headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
          ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        });
      await call('/v2/nvcf/functions');
      for (let times = 0; times < 3; times += 1) await call('/v2/nvcf/functions', FUNCTION);
      await call('/_mock/cast');
      await call('/docs');
      await call('/_mock/worlds', { id: 'team-a' });
      await call(`/w/team-a/v2/${'long/'.repeat(30)}${KEY}`);
      running.kill('SIGTERM');
      const { stdout } = await running.ended;
      return stdout.slice(stdout.indexOf('\n', stdout.search(/ready on|"event":"ready"/)) + 1);
    });
  },
});

describe.skipIf(!hasTerminal).concurrent('in a terminal', () => {
  it('the log has a row for each vendor request, with a fix for refusals, and equal requests share a row', async ({
    output,
    expect,
  }) => {
    const written = await output([], { NO_COLOR: '1' });
    const rows = rowsShown(written);

    const shown = rows
      .slice(0, 4)
      .join('\n')
      .replace(/:\d+\/#/, ':6625/#')
      .replace(/=\w+-/, '=5d76e9-');
    expect(README).toContain(`\n${shown}\n`);
    expect(rows[1]).toContain('403 nvcf-deployer missing_scope ×3');
    expect(rows[4]).toMatch(/^GET {5}\/v2\/(?:long\/)+.*… 404 - unknown_path \[world team-a\]$/);
    expect(rows.filter((row) => /^\S/.test(row))).toHaveLength(3);
    expect(written).not.toContain('nvapi-MOCK');
    expect(written).not.toMatch(/\[\d+m/);
  });

  it('the log has colors', async ({ output, expect }) => {
    expect(await output()).toContain('\x1b[33m403\x1b[0m');
  });

  it('the log has plain rows in a dumb terminal', async ({ output, expect }) => {
    const written = await output([], { TERM: 'dumb' });

    expect(written).not.toContain('\x1b');
    expect(written.match(/missing_scope/g)).toHaveLength(3);
  });

  it.for([[['--json']], [['--log-level', 'info']]])(
    'the log has ordinary lines with %j',
    async ([args], { output, expect }) => {
      const lines = (await output(args)).trim().split('\r\n');

      expect(lines).toHaveLength(4);
      for (const line of lines)
        expect(line).toMatch(args?.includes('--json') ? /^\{"time":/ : /^\d{4}-.*Z info {2}40[34] /);
    },
  );
});

/** `npm start` in a clone. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { it, launchProgram, waitUntilReady } from '../support/command.ts';
import { ROOT } from './architecture/source-files.ts';

it('npm start accepts arguments, and a signal to npm stops the server and releases its data file', async ({
  folder,
  onTestFinished,
}) => {
  const file = join(folder, 'mock.db');
  for (const time of ['first', 'second']) {
    const npm = launchProgram('npm', ['start', '--', '--port', '0', '--json', '--data', file], ROOT);
    const [, event = ''] = await npm.waitForOutput(/^(\{"event":"ready".*\})$/m);
    const { url, pid } = JSON.parse(event);
    let ended = false;
    onTestFinished(() => {
      if (!ended) process.kill(pid, 'SIGKILL');
    });
    const info = await fetch(`${url}/_mock/info`);
    const { configuration } = (await info.json()) as { configuration: Record<string, unknown> };
    npm.kill('SIGTERM');
    // Its output ends when the server's does, which has the same.
    await npm.ended;
    ended = true;

    expect(configuration['data'], time).toEqual({ value: file, origin: 'flag' });
    await expect(fetch(url)).rejects.toThrow();
  }
});

/** Keeps better-sqlite3 from a process and from those that it starts, as if it were not installed. */
const HIDING = `const Module = require('node:module');
const load = Module._load;
Module._load = function (name, ...rest) {
  if (name === 'better-sqlite3') throw Object.assign(new Error('hidden'), { code: 'MODULE_NOT_FOUND' });
  return load.call(this, name, ...rest);
};`;
const NODE_DRIVER = '--experimental-sqlite';
const hasSwitch = process.allowedNodeEnvironmentFlags.has(NODE_DRIVER);

/** Can Node's own driver be switched off, or is there none? */
const isWithout = hasSwitch || process.getBuiltinModule?.('node:sqlite') === undefined;

it.skipIf(!isWithout)(
  'npm start keeps the state in memory without a driver, and says so with the reason',
  async ({ folder, onTestFinished }) => {
    const hiding = join(folder, 'hiding.cjs');
    await writeFile(hiding, HIDING);
    const env = { NODE_OPTIONS: `--require ${hiding}${hasSwitch ? ' --no-experimental-sqlite' : ''}` };
    const args = ['scripts/start.mjs', '--port', '0', '--json'];
    const started = launchProgram(process.execPath, args, ROOT, { env });
    onTestFinished(() => void started.kill('SIGKILL'));
    const server = await waitUntilReady(started);
    const { store } = (await server.call('GET /_mock/info')).body;
    const { stderr } = await server.stop();
    const named = launchProgram(process.execPath, [...args, '--data', join(folder, 'mock.db')], ROOT, { env });

    expect(store.kind).toBe('memory');
    expect(stderr).toContain('The state is in memory and ends with the server, because there is no SQLite driver');
    expect(await named.ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('A data file needs better-sqlite3'),
    });
  },
);

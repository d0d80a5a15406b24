/** `npm start` in a clone. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { ROOT } from '../architecture/source-files.ts';
import { it, launchProgram } from '../support/command.ts';

it('npm start takes arguments, and a signal to npm ends the server, so that another one can open the data file', async ({
  folder,
  onTestFinished,
}) => {
  const file = join(folder, 'mock.db');
  for (const time of ['first', 'second']) {
    const npm = launchProgram('npm', ['start', '--', '--port', '0', '--json', '--data', file], ROOT);
    const [, event = ''] = await npm.said(/^(\{"event":"ready".*\})$/m);
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
    expect(configuration['data-fallback']).toEqual({ value: 'memory', origin: 'flag' });
    await expect(fetch(url)).rejects.toThrow();
  }
});

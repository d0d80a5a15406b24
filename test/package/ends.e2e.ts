/** A process exits when its own work is done, even with a running mock, and not before its responses have arrived. */
import { beforeAll, describe, expect, it } from 'vitest';
import { launchProgram } from '../support/command.ts';
import { copyInstallation, PATIENTLY, write } from '../support/package.ts';

/** Far more than any of these processes needs. One that runs on is killed then, which is no end of its own. */
const PATIENCE_MS = 60_000;

let folder: string;
beforeAll(async () => {
  folder = await copyInstallation(['vitest'], ['jest@30.5.2', 'mocha@11.7.6']);
});

/** Runs Node until it ends by itself. */
async function ended(...args: readonly string[]) {
  const running = launchProgram(process.execPath, args, folder, { env: { NO_COLOR: '1' } });
  const tooLong = setTimeout(() => running.kill('SIGKILL'), PATIENCE_MS - 5000);
  const { code, signal, stdout, stderr } = await running.ended;
  clearTimeout(tooLong);
  return { code, signal, stdout, text: stdout + stderr };
}

/** A test that fails before it stops its mock, and one that leaves a request of its own open. */
const FAILS = `
test('fails before it stops its mock', async () => {
  const mock = await startMock();
  const answer = await fetch(mock.url + '/api/v1/users', { headers: { authorization: 'Bearer nonsense' } });
  await answer.text();
  if (answer.status !== 200) throw new Error(answer.status + ' is not 200');
  await mock.stop();
});
test('has nobody who reads the answer', async () => {
  const mock = await startMock();
  await fetch(mock.url + '/api/v1/users');
  throw new Error('it was not read');
});
`;

const IMPORTED = "import { startMock } from 'nv-auth-mock';";
const REQUIRED = "const { startMock } = require('nv-auth-mock');";

describe('a test that fails before it stops its mock ends its run', { timeout: PATIENCE_MS }, () => {
  it.each([
    ['node:test, as an ES module', 'node.mjs', `import { test } from 'node:test'; ${IMPORTED}`, ['--test']],
    ['node:test, in CommonJS', 'node.cjs', `const { test } = require('node:test'); ${REQUIRED}`, ['--test']],
    ['node:test, without its runner', 'alone.mjs', `import { test } from 'node:test'; ${IMPORTED}`, []],
    [
      'vitest',
      'v.test.mjs',
      `import { test } from 'vitest'; ${IMPORTED}`,
      ['node_modules/vitest/vitest.mjs', 'run', PATIENTLY],
    ],
    ['jest', 'j.test.js', REQUIRED, ['node_modules/jest/bin/jest.js', PATIENTLY, '--runInBand']],
    ['jest, in processes', 'w.test.js', REQUIRED, ['node_modules/jest/bin/jest.js', PATIENTLY, '--maxWorkers=2']],
    [
      'mocha, as an ES module',
      'm.mjs',
      `const test = it; ${IMPORTED}`,
      ['node_modules/mocha/bin/mocha.js', '--timeout=0'],
    ],
    ['mocha, in CommonJS', 'm.cjs', `const test = it; ${REQUIRED}`, ['node_modules/mocha/bin/mocha.js', '--timeout=0']],
  ])('in %s', async (_runner, file, head, args) => {
    await write(folder, { [file]: head + FAILS });
    const { code, signal, text } = await ended(...args, file);

    expect(text).toContain('401 is not 200');
    expect(text).not.toMatch(/did not exit|failed to exit|close timed out/);
    expect([code === 0, signal]).toEqual([false, null]);
  });
});

describe('a process that does not stop its mock', { timeout: PATIENCE_MS }, () => {
  const script = async (name: string, body: string) => {
    await write(folder, { [name]: `${IMPORTED}\nconst mock = await startMock();\n${body}` });
    return ended(name);
  };

  it('exits after its response, and with kept-alive connections', async () => {
    const { code, signal, stdout } = await script(
      'agents.mjs',
      `import { Agent, get } from 'node:http';
      const agent = new Agent({ keepAlive: true });
      const ask = () => new Promise((done) => get(mock.url + '/_mock/health', { agent }, (answer) => answer.resume().once('end', done)));
      await ask();
      await ask();
      console.log((await fetch(mock.url.replace('127.0.0.1', 'localhost') + '/_mock/health')).status);`,
    );

    expect([code, signal, stdout]).toEqual([0, null, '200\n']);
  });

  it.each([
    ['over a socket', 'fetch(mock.url + path)'],
    ['in process', 'mock.fetch(path)'],
  ])('does not exit before its pending response, %s', async (how, call) => {
    const { code, stdout } = await script(
      `waits-${how.length}.mjs`,
      `const path = '/api/v1/users';
      await mock.faults.add({ match: { operation: 'get_users' }, do: { status: 503, delay: '1s' } });
      console.log((await ${call}).status);
      console.log((await mock.requests.verify({ match: { status: 418 }, within: '1s' })).verified);`,
    );

    expect([code, stdout]).toEqual([0, '503\nfalse\n']);
  });

  it('serves other processes as long as it runs', async () => {
    const { code, stdout } = await script(
      'parent.mjs',
      `import { execFile } from 'node:child_process';
      await mock.faults.add({ match: { operation: 'get_users' }, do: { status: 503, delay: '1s' } });
      const program = 'fetch(process.argv[1] + "/api/v1/users").then(({ status }) => console.log(status))';
      execFile(process.execPath, ['-e', program, mock.url], (_, stdout) => process.stdout.write(stdout));`,
    );

    expect([code, stdout]).toEqual([0, '503\n']);
  });

  it('can wait for the stop of the mock, even with an unfinished request of another client', async () => {
    const { code, stdout } = await script(
      'half.mjs',
      `import { connect } from 'node:net';
      import { spawn } from 'node:child_process';
      const half = \`const line = require('node:net').connect(process.argv[1], '127.0.0.1', () => line.write('GET / HTTP/1.1\\\\r\\\\n', () => console.log('sent')));\`;
      const other = spawn(process.execPath, ['-e', half, new URL(mock.url).port], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((done) => other.stdout.once('data', done));
      other.unref();
      other.stdout.destroy();
      await mock.stop();
      console.log('stopped');`,
    );

    expect([code, stdout]).toEqual([0, 'stopped\n']);
  });
});

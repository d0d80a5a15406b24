import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMock } from '../../src/index.ts';
import { copyInstallation, PATIENTLY, write } from '../support/package.ts';

const run = promisify(execFile);
const example = (path: string) => readFile(fileURLToPath(new URL(`../../examples/${path}`, import.meta.url)), 'utf8');

/** Allows for a busy machine, and still reports a process that hangs. */
const PATIENCE_MS = 60_000;

interface CommandResult {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of a folder's packages; one that fails has ended, too. */
function ended(folder: string, program: string, ...args: string[]): Promise<CommandResult> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
  const limit = { cwd: folder, env, timeout: PATIENCE_MS };
  return run(process.execPath, [join(folder, 'node_modules', program), ...args], limit).catch(
    (thrown: CommandResult) => thrown,
  );
}

/**
 * What an app's test does with the mock, in any runner. It throws where something does not work, and hangs where a timer
 * of the mock does not fire.
 */
const USES_ALL = `
async function useAll({ startMock }, countTimers) {
  const mock = await startMock({ logLevel: 'debug', json: true });
  const authorization = 'Bearer ' + (await mock.getToken());
  const list = [await mock.fetch('/api/v1/access-keys', { headers: { authorization } })];
  await mock.keys.create({ type: 'service', name: 'made', services: ['air'], scopes: ['air:access'] });
  await mock.reset();
  const left = countTimers();
  list.push(await fetch(mock.url + '/api/v1/access-keys', { headers: { authorization } }));
  const { now } = await mock.clock.now();
  await mock.stop();
  const statuses = list.map(({ status }) => status).join();
  if (statuses !== '200,200') throw new Error('answers were ' + statuses);
  if (left !== 0) throw new Error(left + ' timers of the mock are among those of the app');
  if (new Date().getUTCFullYear() !== 1999) throw new Error('the time of the app is not faked');
  return now;
}
`;

/** Everything but what Node itself cannot do without in its own realm. */
const FAKES = `{ now: Date.UTC(1999, 5, 1), toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate',
  'clearImmediate', 'Date', 'performance', 'hrtime'] }`;

const TOO_LATE = 'nv-auth-mock was imported after fake timers were installed. Import it before you install them.';

/** Is this the real time? The mock shows it whatever its app is told. */
function expectNow(text: string | undefined): void {
  expect(Math.abs(Date.parse(text ?? '') - Date.now())).toBeLessThan(120_000);
}

const stampsOf = ({ stderr }: CommandResult) =>
  [...stderr.matchAll(/"time":"([^"]+)","level":"debug"/g)].map(([, time]) => time);

describe('in vitest', { timeout: PATIENCE_MS }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await copyInstallation(['vitest']);
  });
  const vitest = (file: string) => ended(folder, 'vitest/vitest.mjs', 'run', PATIENTLY, file, '--root', folder);

  it('the example with fake timers passes', async () => {
    await write(folder, { 'refresh.test.ts': await example('vitest/refresh.test.ts') });
    const { stdout, stderr } = await vitest('refresh.test.ts');

    expect(stdout + stderr).toContain('1 passed');
  });

  it('the mock works with timers that are faked after the import', async () => {
    const program = `import { test, vi } from 'vitest';
      ${USES_ALL}
      import * as loaded from 'nv-auth-mock';
      vi.useFakeTimers(${FAKES});
      test('all', async () => {
        const now = await useAll(loaded, () => vi.getTimerCount());
        vi.useRealTimers();
        console.log('shown ' + now);
      }, ${PATIENCE_MS});`;
    await write(folder, { 'all.test.mjs': program });
    const result = await vitest('all.test.mjs');

    expect(result.stdout + result.stderr).toContain('1 passed');
    expectNow(/shown (\S+)/.exec(result.stdout)?.[1]);
    expect(stampsOf(result).length).toBeGreaterThan(2);
    for (const stamp of stampsOf(result)) expectNow(stamp);
  });
});

describe('in node:test', { timeout: PATIENCE_MS }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await copyInstallation();
  });

  const ENABLE =
    "mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: Date.UTC(1999, 5, 1) });";

  it('the mock works with mock timers that are enabled after the import', async () => {
    const program = `import { mock, test } from 'node:test';
      import * as loaded from 'nv-auth-mock';
      ${USES_ALL}
      ${ENABLE}
      test('all', async () => {
        const now = await useAll(loaded, () => 0);
        mock.timers.reset();
        console.log('shown ' + now);
      });`;
    await write(folder, { 'all.mjs': program });
    const { stdout } = await run(process.execPath, ['--test-reporter=tap', 'all.mjs'], {
      cwd: folder,
      timeout: PATIENCE_MS,
    });

    expect(stdout).toContain('# pass 1');
    expectNow(/shown (\S+)/.exec(stdout)?.[1]);
  });

  it('an import after mock timers were enabled fails, and says what to do', async () => {
    await write(folder, { 'late.mjs': `import { mock } from 'node:test'; ${ENABLE} await import('nv-auth-mock');` });
    const { code, stderr } = await ended(folder, '../late.mjs');

    expect(code).toBe(1);
    expect(stderr).toContain(TOO_LATE);
  });

  it('a failed test prints its refusals with the hook of useMock', async () => {
    const program = `import { after, afterEach, before, beforeEach, test } from 'node:test';
      import { useMock } from 'nv-auth-mock';
      const mock = useMock({ beforeAll: before, beforeEach, afterEach, afterAll: after }, { listen: false });
      test('fails', async () => {
        const { status } = await mock().fetch('/api/v1/users');
        if (status !== 200) throw new Error('not as expected');
      });`;
    await write(folder, { 'fails.mjs': program });
    const failed = await run(process.execPath, ['--test-reporter=tap', 'fails.mjs'], { cwd: folder }).catch(
      (thrown: CommandResult) => thrown,
    );

    expect(failed.stdout).toContain('# fail 1');
    expect(failed.stdout + failed.stderr).toContain('the mock refused, latest first:');
    expect(failed.stdout + failed.stderr).toContain('GET /api/v1/users');
  });
});

describe('one server for all test files', { timeout: PATIENCE_MS }, () => {
  /** Shows the server that a test file uses. */
  const PROGRAM = {
    vitest: `import { test } from 'nv-auth-mock/vitest';
      test('uses it', ({ mock }) => console.log('origin ' + new URL(mock.url).origin + ' of ' + process.pid));`,
    node: `import { after, afterEach, before, beforeEach, test } from 'node:test';
      import { useMock } from 'nv-auth-mock';
      const mock = useMock({ beforeAll: before, beforeEach, afterEach, afterAll: after });
      test('uses it', () => console.log('origin ' + new URL(mock().url).origin + ' of ' + process.pid));`,
    jest: `const { useMock } = require('nv-auth-mock');
      const mock = useMock({ beforeAll, beforeEach, afterEach, afterAll });
      test('uses it', () => void process.stdout.write('origin ' + new URL(mock().url).origin + ' of ' + process.pid));`,
  };
  const originsOf = ({ stdout }: CommandResult) => [...stdout.matchAll(/origin (\S+) of/g)].map(([, origin]) => origin);
  const files = async (program: string, ending: string) => {
    const folder = await copyInstallation(['vitest'], ending === 'test.cjs' ? ['jest@30.5.2'] : []);
    const names = ['one', 'two', 'three'].map((name) => `${name}.${ending}`);
    await write(folder, Object.fromEntries(names.map((name) => [name, program])));
    return { folder, names };
  };

  it('is shared in vitest, except by a file with options', async () => {
    const { folder } = await files(PROGRAM.vitest, 'test.mjs');
    const own = PROGRAM.vitest.replace(
      "test('uses",
      "test.extend({ mockOptions: [{ port: 0 }, { scope: 'worker' }] })('uses",
    );
    const setup = "export default { test: { globalSetup: ['nv-auth-mock/vitest-setup'] } };";
    await write(folder, { 'own.test.mjs': own, 'vitest.config.mjs': setup });
    const result = await ended(folder, 'vitest/vitest.mjs', 'run', PATIENTLY, '--root', folder);

    expect(result.code).toBeUndefined();
    expect(originsOf(result)).toHaveLength(4);
    expect(new Set(originsOf(result)).size).toBe(2);
  });

  it('is shared in jest', async () => {
    const { folder } = await files(PROGRAM.jest, 'test.cjs');
    const config = JSON.stringify({ globalSetup: 'nv-auth-mock/jest-setup', testMatch: ['**/*.test.cjs'] });
    const result = await ended(folder, 'jest/bin/jest.js', PATIENTLY, '--config', config, '--rootDir', folder);

    expect(result.stderr).toContain('3 passed');
    expect(result.stderr).not.toContain('did not exit');
    expect(new Set(originsOf(result)).size).toBe(1);
  });

  it('is shared in node:test, by the example', async () => {
    const { folder, names } = await files(PROGRAM.node, 'test.mjs');
    await write(folder, { 'run-tests.mjs': await example('node-test/run-tests.mjs') });
    const result = await ended(folder, '../run-tests.mjs', ...names);

    expect(result.stdout).toContain('pass 3');
    expect(originsOf(result)).toHaveLength(3);
    expect(new Set(originsOf(result)).size).toBe(1);
  });

  it('is the one that NV_AUTH_MOCK_URL names, which the run leaves as it was', async () => {
    const mock = await startMock();
    onTestFinished(() => mock.stop());
    const { folder, names } = await files(PROGRAM.node, 'test.mjs');
    await write(folder, { 'run-tests.mjs': await example('node-test/run-tests.mjs') });
    const result = await run(process.execPath, ['run-tests.mjs', ...names], {
      cwd: folder,
      env: { PATH: process.env['PATH'], NV_AUTH_MOCK_URL: mock.url },
    });

    expect(new Set(originsOf(result))).toEqual(new Set([mock.url]));
    expect((await mock.worlds.list()).map(({ id }) => id)).toEqual(['default']);
  });
});

/** Tests that run at the same time, by the way in which a runner says so. */
const AT_ONCE = (head: string, kind: string) => `${head}
  const kept = new Set();
  for (const name of ['one', 'two']) {
    ${kind}(name + ' shares', async () => {
      await new Promise((done) => setTimeout(done, 100));
      mock();
    });
    ${kind}(name + ' has its own', async () => {
      const world = await mock.world();
      kept.add(world.id);
      await new Promise((done) => setTimeout(done, 100));
      await world.stop();
    });
  }`;

describe('concurrent tests', { timeout: PATIENCE_MS }, () => {
  const reported = 'Tests run concurrently here';

  it('get an error from useMock about their own worlds, in node:test', async () => {
    const folder = await copyInstallation();
    const head = `import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
      import { useMock } from 'nv-auth-mock';
      const mock = useMock({ beforeAll: before, beforeEach, afterEach, afterAll: after }, { listen: false });
      describe('at once', { concurrency: true }, () => {`;
    await write(folder, { 'at-once.mjs': `${AT_ONCE(head, 'it')} });` });
    const { stdout } = await ended(folder, '../at-once.mjs', '--test-reporter=tap');

    expect(stdout.match(/^ {4}(?:not )?ok \d+ - .*/gm)).toEqual([
      '    not ok 1 - one shares',
      '    ok 2 - one has its own',
      '    not ok 3 - two shares',
      '    ok 4 - two has its own',
    ]);
    expect(stdout).toContain(reported);
  });

  it('get the same error in jest, where they start before any hook', async () => {
    const folder = await copyInstallation([], ['jest@30.5.2']);
    const head = `const { useMock } = require('nv-auth-mock');
      const mock = useMock({ beforeAll, beforeEach, afterEach, afterAll });
      test('alone', () => void mock().url);`;
    await write(folder, { 'at-once.test.js': AT_ONCE(head, 'test.concurrent') });
    const { stderr } = await ended(folder, 'jest/bin/jest.js', PATIENTLY, 'at-once.test.js');

    expect(stderr).toContain('2 failed, 3 passed');
    expect(stderr).toContain(reported);
  });
});

describe('in jest with its defaults, and with the timers of sinon', { timeout: PATIENCE_MS }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await copyInstallation([], ['jest@30.5.2', '@sinonjs/fake-timers@15.5.0']);
  });
  const jest = (...args: string[]) => ended(folder, 'jest/bin/jest.js', PATIENTLY, ...args);

  it.each(['clock', 'matchers'])('the example of the %s passes', async (name) => {
    await write(folder, { [`${name}.test.cjs`]: await example(`jest/${name}.test.cjs`) });
    const { stderr } = await jest(`${name}.test.cjs`);

    expect(stderr).toContain('2 passed');
    expect(stderr).not.toContain('did not exit');
  });

  it.each(['before', 'after'])('the mock works with everything faked %s it is required', async (when) => {
    const fake = 'jest.useFakeTimers({ now: Date.UTC(1999, 5, 1) });';
    const program = `${USES_ALL}
      ${when === 'before' ? fake : ''}
      const loaded = require('nv-auth-mock');
      ${when === 'before' ? '' : fake}
      test('all', async () => {
        const now = await useAll(loaded, () => jest.getTimerCount());
        process.stdout.write('shown ' + now + '\\n');
      }, ${PATIENCE_MS});`;
    await write(folder, { [`${when}.test.js`]: program });
    const result = await jest(`${when}.test.js`);

    expect(result.stderr).toContain('1 passed');
    expectNow(/shown (\S+)/.exec(result.stdout)?.[1]);
    expect(stampsOf(result).length).toBeGreaterThan(2);
    for (const stamp of stampsOf(result)) expectNow(stamp);
  });

  it('the mock works with everything faked by sinon after the import', async () => {
    const program = `import { install } from '@sinonjs/fake-timers';
      import * as loaded from 'nv-auth-mock';
      ${USES_ALL}
      const clock = install(${FAKES});
      // Sinon replaces the timers of Node itself, too: its HTTP server looks at its connections by one.
      const now = await useAll(loaded, () => clock.countTimers() - 1);
      clock.uninstall();
      console.log('shown ' + now);`;
    await write(folder, { 'all.mjs': program });
    const { stdout } = await run(process.execPath, ['all.mjs'], { cwd: folder, timeout: PATIENCE_MS });

    expectNow(/shown (\S+)/.exec(stdout)?.[1]);
  });

  it('an import after sinon has faked timers fails, and says what to do', async () => {
    const program = `import { install } from '@sinonjs/fake-timers'; install(); await import('nv-auth-mock');`;
    await write(folder, { 'late.mjs': program });
    const { code, stderr } = await ended(folder, '../late.mjs');

    expect(code).toBe(1);
    expect(stderr).toContain(TOO_LATE);
  });

  it('two test files in one process cannot open the same data file, and print the error of SQLite', async () => {
    const holds = `const { startMock } = require('nv-auth-mock');
      test('holds it', async () => {
        await startMock({ listen: false, data: 'kept.db' });
      });`;
    const wants = `const { writeFileSync } = require('node:fs');
      const { startMock } = require('nv-auth-mock');
      test('is told', async () => {
        await expect(startMock({ listen: false, data: 'kept.db' })).rejects.toThrow('is in use by another server');
      });
      test('a damaged file is told as such', async () => {
        const mock = await startMock({ listen: false, data: 'damaged.db' });
        await mock.stop();
        const { readFileSync } = require('node:fs');
        const bytes = readFileSync('damaged.db');
        writeFileSync('damaged.db', bytes.fill(0xff, 100, 4096));
        await expect(startMock({ listen: false, data: 'damaged.db' })).rejects.toThrow('is damaged');
      });`;
    await write(folder, { '1-holds.test.js': holds, '2-wants.test.js': wants, 'order.cjs': IN_ORDER });
    const { stderr } = await jest('--runInBand', '--testSequencer', './order.cjs', '[12]-');

    expect(stderr).toContain('3 passed');
  });
});

/** Files by their names: what one leaves behind, the next one finds. */
const IN_ORDER = `const { default: Sequencer } = require('@jest/test-sequencer');
module.exports = class extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => (one.path < other.path ? -1 : 1));
  }
};
`;

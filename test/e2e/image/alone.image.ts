import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import type { KeyOrder } from '../../../src/index.ts';
import { Container, it, type RunOptions, runOnce } from './container.ts';
import type { Engine } from './engine.ts';

const KEY: KeyOrder = {
  type: 'service',
  name: 'checked',
  services: ['air'],
  scopes: ['air:access', 'air:simulation_read'],
};

const SEED = `extends: builtin
runai:
  users:
    - { email: ada@acme.test, role: L1 researcher, accessKey: { name: ada-key } }
`;

/** Commands that run in a container, and what they print there. */
const COMMANDS = {
  health: /^ready on http:\/\/127\.0\.0\.1:6625$/,
  env: /^export RUNAI_BASE_URL='http:\/\/127\.0\.0\.1:6625'$/m,
  report: /admin@acme\.test/,
  'verify --spec /app/dist/openapi/air.2.0.json': /\b0 differences\b/,
};

/** @returns the text of a new key */
async function newKey(mock: Container): Promise<string> {
  return (await (await mock.connect()).keys.create(KEY)).key;
}

/** @returns the status of a request with a key */
const use = (mock: Container, key: string) => mock.get('/api/v3/simulations/', key);

/** As in the documentation of `docker run`. */
const volume = (engine: Engine) => ['--volume', `${engine.name('data')}:/data`];

/** The server is the first process. @returns its user: real, effective, saved, and for files */
const userOf = (mock: Container) =>
  mock.evaluate("fs.readFileSync('/proc/1/status', 'utf8').match(/^Uid:\\s*(.*)$/m)[1].replaceAll('\\t', ' ')");

/** Expects that the container ends with code 2 and prints one line to stderr. */
async function expectRefused(engine: Engine, order: RunOptions, line: RegExp): Promise<void> {
  const { code, out, err } = await runOnce(engine, order);

  expect(err).toMatch(line);
  expect(out).toBe('');
  expect(code).toBe(2);
}

describe('the image', () => {
  it('runs as its own user, 1001', async ({ engine }) => {
    const mock = await Container.start(engine);

    expect(await userOf(mock)).toBe('1001 1001 1001 1001');
  });

  it('runs as another user, with a volume and with a tmpfs', async ({ engine }) => {
    for (const data of [volume(engine), ['--tmpfs', '/data']]) {
      const mock = await Container.start(engine, { options: ['--user', '12345', ...data] });

      expect(await userOf(mock)).toBe('12345 12345 12345 12345');
      expect(await use(mock, await newKey(mock))).toBe(200);
      await mock.do('rm', '--force');
    }
  });

  it('runs on a read-only root file system, with all capabilities dropped', async ({ engine }) => {
    const locked = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
    const mock = await Container.start(engine, { options: [...locked, ...volume(engine)] });
    const writing = "try { fs.writeFileSync('/app/x', ''); 'nothing' } catch ({ code }) { code }";

    expect(await mock.evaluate(writing)).toBe('EROFS');
    expect(await use(mock, await newKey(mock))).toBe(200);
  });

  it('becomes healthy, and `inspect` shows it', async ({ engine, skip }) => {
    skip(!(await engine.checksHealth()), 'Podman checks health only with systemd');
    const mock = await Container.start(engine);
    const { Status: status, Log: log } = await mock.health();

    expect(log.at(-1)).toMatchObject({ ExitCode: 0, Output: expect.stringMatching(/^ready on http:.*:6625\n?$/) });
    expect(status).toBe('healthy');
  });

  it('keeps its state in a volume when it is restarted, and when it is removed', async ({ engine }) => {
    const mock = await Container.start(engine, { options: volume(engine) });
    const key = await newKey(mock);
    await mock.do('restart');
    await mock.ready();
    expect(await use(mock, key)).toBe(200);

    await mock.do('rm', '--force');
    const next = await Container.start(engine, { options: volume(engine) });
    expect(await use(next, key)).toBe(200);
  });

  it('ends within 2 seconds of SIGTERM, with 0, and loses nothing that it acknowledged', async ({ engine }) => {
    const mock = await Container.start(engine, { options: volume(engine) });
    const board = await mock.connect();
    const acknowledged: string[] = [];
    const writeOn = async () => {
      for (;;) acknowledged.push((await board.keys.create(KEY)).id);
    };
    // The last requests may fail, because the server ends.
    for (let writer = 0; writer < 4; writer += 1) writeOn().catch(() => null);
    await sleep(1000);
    // The engine kills a process that does not end in time, which changes the exit code.
    await mock.do('stop', '-t', '2');
    const exitCode = await mock.inspect('.State.ExitCode');
    await mock.do('start');
    await mock.ready();
    const { keys } = await mock.connect();
    const found = await Promise.allSettled(acknowledged.map((id) => keys.get(id)));

    expect(exitCode).toBe(0);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(found.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('ends with 2 and one line if /data belongs to another user', async ({ engine }) => {
    // A volume that is not empty keeps its owner and mode.
    const script = "fs.chmodSync('/made', 0o755); fs.writeFileSync('/made/theirs', '')";
    const asRoot = ['--user', '0', '--entrypoint', '/nodejs/bin/node', '--volume', `${engine.name('data')}:/made`];
    const { code } = await runOnce(engine, { options: asRoot, args: ['--eval', script] });

    expect(code).toBe(0);
    await expectRefused(engine, { options: volume(engine) }, /^nv-auth-mock: --data .* uid 1001; .* uid 0, .*$/);
  });

  it('reads config.yaml and seed.yaml in /etc/nv-auth-mock', async ({ engine, folder }) => {
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'config.yaml'), 'runai: "3.0"\n');
    await writeFile(join(folder, 'seed.yaml'), SEED);
    const mock = await Container.start(engine, { options: ['--volume', `${folder}:/etc/nv-auth-mock:ro`] });
    const board = await mock.connect();

    expect((await mock.json('/_mock/info')).configuration.runai.value).toBe('3.0');
    expect(await board.getToken('ada@acme.test')).toMatch(/^eyJ/);
  });

  it('has the commands of nv-auth-mock, and runs them beside a server', async ({ engine }) => {
    const manifest = fileURLToPath(new URL('../../../package.json', import.meta.url));
    const { version } = JSON.parse(await readFile(manifest, 'utf8'));
    const mock = await Container.start(engine);
    await mock.get('/api/v1/users', await (await mock.connect()).getToken());
    const beside = ['--network', `container:${mock.name}`];
    const asked = await runOnce(engine, { options: beside, args: ['health', '--url', 'http://127.0.0.1:6625'] });

    expect(await runOnce(engine, { args: ['--version'] })).toEqual({ code: 0, out: version, err: '' });
    for (const [command, output] of Object.entries(COMMANDS)) {
      const { code, out, err } = await mock.exec(...command.split(' '));
      expect(`${out}\n${err}`.trim(), command).toMatch(output);
      expect(code, command).toBe(0);
    }
    expect(asked.out).toMatch(COMMANDS.health);
  });

  it('logs no token, secret or key, even if it logs every request', async ({ engine }) => {
    const mock = await Container.start(engine, { options: ['--env', 'NV_AUTH_MOCK_LOG_LEVEL=debug'] });
    const board = await mock.connect();
    const { clientId, clientSecret } = (await mock.json('/_mock/cast')).runai.users[0].accessKey;
    const token = await board.getToken({ clientId, clientSecret });
    const wrong = 'a-secret-that-is-wrong';
    await board.getToken({ clientId, clientSecret: wrong }).catch(() => null);
    await mock.get('/api/v1/users', token);
    const key = await newKey(mock);
    await use(mock, key);
    const log = await mock.logs();

    for (const request of ['200 POST /api/v1/token', '400 POST /api/v1/token', '200 GET /api/v1/users']) {
      expect(log).toContain(request);
    }
    for (const secret of [token, clientSecret, wrong, key]) expect(log).not.toContain(secret);
  });
});

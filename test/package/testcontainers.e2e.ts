import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { GenericContainer } from 'testcontainers';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { startMock } from '../../src/index.ts';
import { NvAuthMockContainer, StartedNvAuthMockContainer } from '../../src/testcontainers.ts';
import { launchProgram, MAIN } from '../support/command.ts';

type Started = ConstructorParameters<typeof StartedNvAuthMockContainer>[0];

/** What a container asks of an engine, before there is one. */
class Looked extends NvAuthMockContainer {
  get asked() {
    const { exposedPorts, environment, filesToCopy, networkAliases, waitStrategy, imageName } = this;
    return { exposedPorts, environment, filesToCopy, networkAliases, waitStrategy, image: imageName.string };
  }

  #log: Readable = Readable.from([]);

  says(log: Readable): void {
    this.#log = log;
  }

  /** As if an engine had made it, with its complete output. */
  async created(): Promise<void> {
    await this.containerCreated('an id');
    await once(this.#log, 'end');
  }

  protected override async logOf(): Promise<Readable> {
    return this.#log;
  }
}

/** A started container whose port is that of a server on this machine. */
function startedAt(url: string, alias: string | null = null): StartedNvAuthMockContainer {
  const { hostname, port } = new URL(url);
  const started = { getHost: () => hostname, getMappedPort: () => Number(port) } as unknown as Started;
  return new StartedNvAuthMockContainer(started, alias);
}

afterEach(() => {
  vi.restoreAllMocks();
});

it('a container has the types of Testcontainers', async () => {
  const [compiler = '', project = ''] = ['node_modules/typescript-7/bin/tsc', 'scripts/testcontainers'].map((path) =>
    fileURLToPath(new URL(`../../${path}`, import.meta.url)),
  );
  const { code, stdout } = await launchProgram(process.execPath, [compiler, '-p', project], '.').ended;

  expect([code, stdout]).toEqual([0, '']);
});

describe('a container of the mock before its start', () => {
  it('exposes the port of the image', () => {
    const { exposedPorts, image } = new Looked().asked;

    expect(exposedPorts).toEqual([6625]);
    expect(image).toBe('nv-auth-mock:latest');
  });

  it.for([
    ['as text', []],
    ['as JSON', ['--json']],
  ] as const)('waits for the last line of the start of a server, %s', async ([, flags], { expect }) => {
    const { message } = new Looked().asked.waitStrategy as unknown as { readonly message: RegExp };
    const running = launchProgram(process.execPath, [MAIN, '--port', '0', ...flags], process.cwd());
    const [output] = await running.waitForOutput(message);
    running.kill('SIGTERM');
    await running.ended;

    expect(output).not.toBe('');
  });

  it('passes options as variables, and copies files to the paths of the image', () => {
    const { environment, filesToCopy } = new Looked('mine:1')
      .withOptions({ runai: '3.0', propagation: 'fixed', runaiRevokeOnDelete: true })
      .withSeed('/here/world.yaml')
      .withConfig('/here/options.json').asked;

    expect(environment).toEqual({
      NV_AUTH_MOCK_RUNAI: '3.0',
      NV_AUTH_MOCK_PROPAGATION: 'fixed',
      NV_AUTH_MOCK_RUNAI_REVOKE_ON_DELETE: 'true',
    });
    expect(filesToCopy).toEqual([
      { source: '/here/world.yaml', target: '/etc/nv-auth-mock/seed.yaml', mode: 0o644 },
      { source: '/here/options.json', target: '/etc/nv-auth-mock/config.json', mode: 0o644 },
    ]);
  });

  it('rejects a missing file', async () => {
    const started = vi.spyOn(GenericContainer.prototype, 'start');
    const missing = new Looked().withSeed('/nowhere/world.yaml').start();

    await expect(missing).rejects.toThrow('/nowhere/world.yaml does not exist or cannot be read');
    expect(started).not.toHaveBeenCalled();
  });

  it('reports the last output of the server if it does not become ready', async () => {
    const container = new Looked();
    vi.spyOn(GenericContainer.prototype, 'start').mockImplementation(async () => {
      await container.created();
      throw new Error('Log stream ended');
    });
    const lines = ['nv-auth-mock 0.1.0\n', '--runai is `9`. Expected one of `2.19`\n'];
    container.says(Readable.from([`${'x'.repeat(100_000)}\n`, ...lines]));
    const thrown = await container.start().catch((cause: Error) => cause.message);

    expect(thrown).toMatch(/^The mock did not become ready: Log stream ended\. Its output:\s/);
    expect(thrown).toContain(lines.join('').trim());
    expect(String(thrown).length).toBeLessThan(5000);
  });

  it('passes its network aliases to the server', () => {
    const { environment, networkAliases } = new Looked().withNetworkAliases('mock').withNetworkAliases('nvidia').asked;

    expect(networkAliases).toEqual(['mock', 'nvidia']);
    expect(environment).toEqual({ NV_AUTH_MOCK_ALIAS: 'mock,nvidia' });
  });
});

describe('a started container', async () => {
  const mock = await startMock();
  afterAll(() => mock.stop());

  it('has URLs for the host and for its network', async () => {
    const started = startedAt(mock.url, 'mock');

    expect(started.getUrl()).toBe(mock.url);
    expect(started.getAdminUrl()).toBe(`${mock.url}/_mock`);
    expect(started.getInternalUrl()).toBe('http://mock:6625');
    expect(() => startedAt(mock.url).getInternalUrl()).toThrow('withNetworkAliases');
  });

  it('gets tokens, or throws an error with the reason', async () => {
    const started = startedAt(mock.url);
    const token = await started.getToken();
    const users = await fetch(`${started.getUrl()}/api/v1/users`, { headers: { authorization: `Bearer ${token}` } });

    expect(users.status).toBe(200);
    await expect(started.getToken({ clientId: 'nobody', clientSecret: 'x' })).rejects.toThrow('is not valid');
  });

  it('returns the control API of a world by id, with tokens by name', async () => {
    const started = startedAt(mock.url);
    const { id } = await started.getControlClient().worlds.create();
    await started.getControlClient(id).clock.advance('1h');

    expect((await started.getControlClient(id).clock.now()).ahead).toBe('PT1H');
    expect((await started.getControlClient().clock.now()).ahead).toBe('PT0S');
    expect(await started.getToken('researcher@acme.test')).toMatch(/^eyJ/);
  });
});

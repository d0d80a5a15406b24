import { describe, expect, it } from 'vitest';
import { startMock } from '../../src/index.ts';
import { NvAuthMockContainer, StartedNvAuthMockContainer } from '../../src/testcontainers.ts';

type Started = ConstructorParameters<typeof StartedNvAuthMockContainer>[0];

/** What a container asks of an engine, before there is one. */
class Looked extends NvAuthMockContainer {
  get asked() {
    const { exposedPorts, environment, filesToCopy, networkAliases, waitStrategy, imageName } = this;
    return { exposedPorts, environment, filesToCopy, networkAliases, waitStrategy, image: imageName.string };
  }
}

/** A started container whose port is that of a server on this machine. */
function startedAt(url: string, alias: string | null = null): StartedNvAuthMockContainer {
  const { hostname, port } = new URL(url);
  const started = { getHost: () => hostname, getMappedPort: () => Number(port) } as unknown as Started;
  return new StartedNvAuthMockContainer(started, alias);
}

describe('a container of the mock, before it is started', () => {
  it('exposes the port, and waits for the health check of the image', () => {
    const { exposedPorts, waitStrategy, image } = new Looked().asked;

    expect(exposedPorts).toEqual([6625]);
    expect(waitStrategy.constructor.name).toBe('HealthCheckWaitStrategy');
    expect(image).toBe('nv-auth-mock:latest');
  });

  it('takes options as variables, and files to where the image looks for them', () => {
    const { environment, filesToCopy } = new Looked('mine:1')
      .withOptions({ runai: '3.0', propagation: 'fixed', runaiRevokeOnDelete: true })
      .withSeed('/here/world.yaml')
      .withConfig('/here/options.yaml').asked;

    expect(environment).toEqual({
      NV_AUTH_MOCK_RUNAI: '3.0',
      NV_AUTH_MOCK_PROPAGATION: 'fixed',
      NV_AUTH_MOCK_RUNAI_REVOKE_ON_DELETE: 'true',
    });
    expect(filesToCopy).toEqual([
      { source: '/here/world.yaml', target: '/etc/nv-auth-mock/seed.yaml' },
      { source: '/here/options.yaml', target: '/etc/nv-auth-mock/config.yaml' },
    ]);
  });

  it('makes its network aliases names of the server', () => {
    const { environment, networkAliases } = new Looked().withNetworkAliases('mock').withNetworkAliases('nvidia').asked;

    expect(networkAliases).toEqual(['mock', 'nvidia']);
    expect(environment).toEqual({ NV_AUTH_MOCK_ALIAS: 'mock,nvidia' });
  });
});

describe('a started container', async () => {
  const mock = await startMock();

  it('has URLs for this machine and for its network', async () => {
    const started = startedAt(mock.url, 'mock');

    expect(started.getUrl()).toBe(mock.url);
    expect(started.getAdminUrl()).toBe(`${mock.url}/_mock`);
    expect(started.getInternalUrl()).toBe('http://mock:6625');
    expect(() => startedAt(mock.url).getInternalUrl()).toThrow('withNetworkAliases');
  });

  it('gets tokens, and says why where it gets none', async () => {
    const started = startedAt(mock.url);
    const token = await started.getToken();
    const users = await fetch(`${started.getUrl()}/api/v1/users`, { headers: { authorization: `Bearer ${token}` } });

    expect(users.status).toBe(200);
    await expect(started.getToken({ clientId: 'nobody', clientSecret: 'x' })).rejects.toThrow('is not valid');
  });

  it('is driven by its switchboard', async () => {
    const board = startedAt(mock.url).getSwitchboard();
    const key = await board.keys.create({ type: 'service', name: 'k', services: ['air'], scopes: ['air:access'] });

    expect((await board.keys.get(key.id)).name).toBe('k');
    await expect(board.keys.get('nothing')).rejects.toThrow(/key/);
    await mock.stop();
  });
});

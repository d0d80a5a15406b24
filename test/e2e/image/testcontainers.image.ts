import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { NvAuthMockContainer } from '../../../src/testcontainers.ts';
import { it as withEngine } from './container.ts';

/** A test that is given a container of the image, for the engine of the run. */
const it = withEngine.extend<{ container: NvAuthMockContainer }>({
  container: async ({ engine, skip }, use) => {
    const socket = await engine.socket();
    if (socket === null) return skip('Podman has no socket here: start `podman system service`');
    process.env['DOCKER_HOST'] = socket;
    // The engine is swept after each test, so Testcontainers needs no container for that.
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
    await use(new NvAuthMockContainer(engine.image).withName(engine.name('tested')));
  },
});

describe('with Testcontainers', () => {
  it('a mock starts with options', async ({ container }) => {
    const mock = await container.withOptions({ runai: '3.0' }).withNetworkAliases('mocked').start();
    const headers = { authorization: `Bearer ${await mock.getToken()}` };
    const users = await fetch(`${mock.getUrl()}/api/v1/users`, { headers });
    const info = await fetch(`${mock.getAdminUrl()}/info`);

    expect(users.status).toBe(200);
    expect(await info.json()).toMatchObject({
      configuration: { runai: { value: '3.0' }, alias: { value: ['mocked'] } },
    });
  });

  it('a mock starts with a seed that only its owner may read', async ({ container, folder }) => {
    const seed = join(folder, 'seed.yaml');
    const ada = '{ email: ada@acme.test, role: L1 researcher, accessKey: { name: ada-key } }';
    await writeFile(seed, `extends: builtin\nrunai:\n  users: [${ada}]\n`);
    await chmod(seed, 0o600);
    const mock = await container.withSeed(seed).start();

    expect(await mock.getToken('ada@acme.test')).toMatch(/^eyJ/);
  });

  it('a refused start says why', async ({ container }) => {
    await expect(container.withEnvironment({ NV_AUTH_MOCK_RUNAI: '9' }).start()).rejects.toThrow(
      /^The mock did not become ready: [\s\S]* It said last:\nnv-auth-mock: NV_AUTH_MOCK_RUNAI is `9`\. /,
    );
  });
});

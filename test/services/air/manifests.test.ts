import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NOT_FOUND, UUID } from '../../support/air-images.ts';

const ORDER = {
  docker_run_parameters: { privileged: true },
  emulation_type: 'switch',
  platform_information: { SN3700: { cpu: 2, memory: 4096 } },
  simulator_image: '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001',
  simulator_resources: { cpu: 2 },
};
const READ = ['air:access', 'air:manifest_read'];
const WRITE = ['air:access', 'air:manifest_write'];

describe('a manifest', async () => {
  const server = await airImagesServer();
  const PATH = 'manifests/';
  const writer = await server.withScopes([...READ, ...WRITE]);
  const createManifest = async (overrides: object = {}) => {
    const { status, body } = await writer(`POST ${PATH}`, { ...ORDER, ...overrides });
    expect(status, JSON.stringify(body)).toBe(201);
    return body;
  };

  it('is created, read, updated and deleted', async () => {
    const body = await createManifest();
    expect(body).toMatchObject({ ...ORDER, id: expect.stringMatching(UUID), org_name: 'acme' });
    expect((await writer(`GET ${PATH}${body.id}/`)).body).toEqual(body);
    expect((await writer(`GET ${PATH}`)).body.results).toContainEqual(body);

    const changed = await writer(`PATCH ${PATH}${body.id}/`, { emulation_type: 'server', boot_group: 100 });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({
      ...body,
      emulation_type: 'server',
      boot_group: 100,
      modified: changed.body.modified,
    });
    expect((await writer(`DELETE ${PATH}${body.id}/`, {})).status).toBe(204);
    expectRefusal(await writer(`GET ${PATH}${body.id}/`), 404, NOT_FOUND);
  });
});

describe('a plugin image', async () => {
  const dsx = await airImagesServer({ air: 'dsx' });
  const PATH = 'manifests/plugin-images/';

  it('is created and listed', async () => {
    const key = await dsx.withScopes(['air:manifest_read', 'air:manifest_write']);
    const { status, body } = await key(`POST ${PATH}`, ORDER);

    expect(status).toBe(201);
    expect(body).toMatchObject({ ...ORDER, org_name: 'acme' });
    expect((await key(`GET ${PATH}`)).body).toMatchObject({ count: 1, results: [body] });
  });
});

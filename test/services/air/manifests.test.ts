import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NOT_FOUND, NOT_PERMITTED, UUID } from '../../support/air-images.ts';

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

  it.each(Object.keys(ORDER))('requires `%s`', async (member) => {
    expectRefusal(await writer(`POST ${PATH}`, { ...ORDER, [member]: undefined }), 400, new RegExp(`\`${member}\``));
  });

  it.each([
    ['emulation_type', ''],
    ['emulation_type', 'x'.repeat(256)],
    ['boot_group', 0],
    ['boot_group', 101],
    ['artifacts_directory_max_size_gb', 0],
    ['simulator_resources', 'much'],
  ])('is rejected with a `%s` of %j', async (member, value) => {
    expectRefusal(await writer(`POST ${PATH}`, { ...ORDER, [member]: value }), 400, new RegExp(`\`${member}\``));
  });

  it('is read with `air:manifest_read` and written with `air:manifest_write`, which the role `air` does not have', async () => {
    const { id } = await createManifest();
    const [readOnly, writeOnly] = [await server.withScopes(READ), await server.withScopes(WRITE)];

    expect((await readOnly(`GET ${PATH}`)).status).toBe(200);
    expect((await readOnly(`GET ${PATH}${id}/`)).status).toBe(200);
    expectRefusal(await readOnly(`POST ${PATH}`, ORDER), 403, NOT_PERMITTED);
    expectRefusal(await readOnly(`PATCH ${PATH}${id}/`, {}), 403, NOT_PERMITTED);
    expectRefusal(await readOnly(`DELETE ${PATH}${id}/`, {}), 403, NOT_PERMITTED);
    expectRefusal(await writeOnly(`GET ${PATH}`), 403, NOT_PERMITTED);
    expect((await writeOnly(`DELETE ${PATH}${id}/`, {})).status).toBe(204);
    const user = await server.withRoles(['air'], 'user@acme.test');
    expectRefusal(await user(`GET ${PATH}`), 403, NOT_PERMITTED);
    expect((await server.acme(`GET ${PATH}`)).status).toBe(200);
  });

  it('of another organisation returns 404', async () => {
    const { id } = await createManifest();
    const foreignKey = await server.withScopes([...READ, ...WRITE], 'globex');

    expectRefusal(await foreignKey(`GET ${PATH}${id}/`), 404, NOT_FOUND);
    expectRefusal(await foreignKey(`PATCH ${PATH}${id}/`, {}), 404, NOT_FOUND);
    expectRefusal(await foreignKey(`DELETE ${PATH}${id}/`, {}), 404, NOT_FOUND);
    expect((await writer(`GET ${PATH}${id}/`)).status).toBe(200);
    expect((await foreignKey(`GET ${PATH}`)).body.count).toBe(0);
  });

  it('is filtered by emulation type and image', async () => {
    const { id } = await createManifest({ emulation_type: 'needle' });
    const idsOf = async (query: string) =>
      (await writer(`GET ${PATH}?${query}`)).body.results.map((manifest: { id: string }) => manifest.id);

    expect(await idsOf('emulation_type=needle')).toEqual([id]);
    expect(await idsOf(`emulation_type=needle&simulator_image=${ORDER.simulator_image}`)).toEqual([id]);
    expect(await idsOf('emulation_type=needle&simulator_image=other')).toEqual([]);
    expect(await idsOf('search=NEEDL')).toEqual([id]);
    expect(await idsOf(`id=${id}`)).toEqual([id]);
    expect(await idsOf('org_name=globex')).toEqual([]);
  });

  it('exists only in 2.0, and a plugin image only in dsx', async () => {
    const dsx = await airImagesServer({ air: 'dsx' });
    const key = await dsx.withScopes([...READ, ...WRITE]);

    expect((await key(`GET ${PATH}`)).status).toBe(404);
    expect((await key(`POST ${PATH}`, ORDER)).status).toBe(404);
    expect((await writer(`GET ${PATH}plugin-images/`)).status).toBe(404);
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

  it.each([
    ['air_simengine_debugger', 200, 403],
    ['air_simengine_developer', 200, 201],
    ['air_user', 403, 403],
  ])('requires a role, such as `%s`: reading returns %i, writing %i', async (role, reading, writing) => {
    const caller = await dsx.withRoles([role], `${role}@acme.test`);

    expect((await caller(`GET ${PATH}`)).status).toBe(reading);
    expect((await caller(`POST ${PATH}`, ORDER)).status).toBe(writing);
  });
});

import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NOT_FOUND, NOT_PERMITTED, UUID } from '../../support/air-images.ts';
import { castKey } from '../../support/ngc-cast.ts';

const server = await airImagesServer();
const { acme } = server;
const GIVEN = { name: 'set-up', kind: 'cloud-init-user-data', content: '#cloud-config\n' };
const made = async (given: object = {}) => {
  const { status, body } = await acme('POST userconfigs/', { ...GIVEN, ...given });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const used = async () => (await acme('GET resource-budgets/')).body.results[0].usage.userconfigs as number;

describe('a user config', () => {
  it('is told with its content only by itself', async () => {
    const body = await made();
    const { content: _, ...item } = body;

    expect(body).toEqual({ ...GIVEN, id: expect.stringMatching(UUID) });
    expect((await acme(`GET userconfigs/${body.id}/`)).body).toEqual(body);
    expect((await acme('GET userconfigs/')).body.results).toContainEqual(item);
  });

  it.each([
    ['name', undefined],
    ['name', ''],
    ['name', 'x'.repeat(65)],
    ['kind', undefined],
    ['kind', 'cloud-init'],
    ['content', undefined],
    ['content', 5],
  ])('has no `%s` of %j', async (member, value) => {
    expectRefusal(await acme('POST userconfigs/', { ...GIVEN, [member]: value }), 400, new RegExp(`\`${member}\``));
  });

  it('has the longest name, either kind, and may be empty', async () => {
    const given = { name: 'x'.repeat(64), kind: 'cloud-init-meta-data', content: '' };

    expect(await made(given)).toMatchObject(given);
  });

  it('counts in the budget by its bytes, as long as it is there', async () => {
    const before = await used();
    const { id } = await made({ content: 'ä€' });
    expect(await used()).toBe(before + 5);
    await acme(`PATCH userconfigs/${id}/`, { content: 'ab' });
    expect(await used()).toBe(before + 2);
    await acme(`DELETE userconfigs/${id}/`, {});
    expect(await used()).toBe(before);
  });

  it('is changed in what is said', async () => {
    const before = await made();
    const { status, body } = await acme(`PATCH userconfigs/${before.id}/`, { name: 'other' });

    expect({ status, body }).toEqual({ status: 200, body: { ...before, name: 'other' } });
    // The SDK changes no kind, and takes null for what stays.
    const same = await acme(`PATCH userconfigs/${before.id}/`, { kind: 'other', name: null, content: null });
    expect(same.body).toEqual(body);
    expect((await acme(`GET userconfigs/${before.id}/`)).body).toEqual(body);
  });

  it('is deleted once', async () => {
    const { id } = await made();

    expect((await acme(`DELETE userconfigs/${id}/`, {})).status).toBe(204);
    expectRefusal(await acme(`DELETE userconfigs/${id}/`, {}), 404, NOT_FOUND);
  });

  it('is found by its name and its kind', async () => {
    const { id } = await made({ name: 'needle', kind: 'cloud-init-meta-data' });
    const idsOf = async (query: string) =>
      (await acme(`GET userconfigs/?${query}`)).body.results.map((one: { id: string }) => one.id);

    expect(await idsOf('name=needle')).toEqual([id]);
    expect(await idsOf('search=EEDL&kind=cloud-init-meta-data')).toEqual([id]);
    expect(await idsOf('name=needle&kind=cloud-init-user-data')).toEqual([]);
  });

  it('is read with `air:simulation_read` and written with `air:simulation_edit`', async () => {
    const { id } = await made();
    const reader = server.as(castKey('air-reader').key);
    const editor = await server.withScopes(['air:access', 'air:simulation_edit']);

    expect((await reader(`GET userconfigs/${id}/`)).status).toBe(200);
    expectRefusal(await reader('POST userconfigs/', GIVEN), 403, NOT_PERMITTED);
    expectRefusal(await reader(`PATCH userconfigs/${id}/`, {}), 403, NOT_PERMITTED);
    expectRefusal(await reader(`DELETE userconfigs/${id}/`, {}), 403, NOT_PERMITTED);
    expectRefusal(await editor('GET userconfigs/'), 403, NOT_PERMITTED);
    expect((await editor('POST userconfigs/', GIVEN)).status).toBe(201);
    expect((await editor(`DELETE userconfigs/${id}/`, {})).status).toBe(204);
  });
});

import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NO_ID, NOT_FOUND, NOT_PERMITTED, UUID } from '../../support/air-images.ts';

const server = await airImagesServer();
const { acme, globex } = server;
const sre = await server.withScopes(['air:access', 'air:sre', 'air:marketplace_demo_read']);
const TAGS = 'marketplace/demos/tags/';
const createTag = async (name: string) => {
  const { status, body } = await sre(`POST ${TAGS}`, { name });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};

describe('a tag of demos', () => {
  it('is created with `air:sre` and visible to every organisation', async () => {
    const tag = await createTag('Routing');

    expect(tag).toEqual({
      id: expect.stringMatching(UUID),
      name: 'routing',
      created: expect.any(String),
      modified: expect.any(String),
    });
    expect((await acme(`GET ${TAGS}${tag.id}/`)).body).toEqual(tag);
    expect((await globex(`GET ${TAGS}${tag.id}/`)).body).toEqual(tag);
    expect((await globex(`GET ${TAGS}?name=routing`)).body).toMatchObject({ count: 1, results: [tag] });
  });

  it('is read with `air:marketplace_demo_read`', async () => {
    const { id } = await createTag('seen');
    const visitor = await server.withScopes(['air:access', 'air:marketplace_demo_read']);
    const plain = await server.withScopes(['air:access', 'air:simulation_read']);

    for (const path of [TAGS, `${TAGS}${id}/`]) {
      expect((await visitor(`GET ${path}`)).status).toBe(200);
      expectRefusal(await plain(`GET ${path}`), 403, NOT_PERMITTED);
    }
  });

  it('cannot be created, updated or deleted by a demo manager', async () => {
    const { id } = await createTag('fixed');
    const caller = await server.withRoles(['air', 'air-demo-manager'], 'manager@acme.test');

    expectRefusal(await caller(`POST ${TAGS}`, { name: 'mine' }), 403, NOT_PERMITTED);
    expectRefusal(await caller(`PATCH ${TAGS}${id}/`, { name: 'mine' }), 403, NOT_PERMITTED);
    expectRefusal(await caller(`DELETE ${TAGS}${id}/`, {}), 403, NOT_PERMITTED);
  });

  it('is created, updated and deleted by `air-admin`, which has every scope of 2.0', async () => {
    const { id } = (await acme(`POST ${TAGS}`, { name: 'Ours' })).body;

    expect((await acme(`PATCH ${TAGS}${id}/`, { name: 'renamed' })).body).toMatchObject({ id, name: 'renamed' });
    expect((await acme(`DELETE ${TAGS}${id}/`, {})).status).toBe(204);
  });

  it('is updated and deleted with `air:sre`', async () => {
    const { id } = await createTag('old');

    expect((await sre(`PATCH ${TAGS}${id}/`, { name: 'new' })).body).toMatchObject({ id, name: 'new' });
    expect((await sre(`DELETE ${TAGS}${id}/`, {})).status).toBe(204);
    expectRefusal(await sre(`GET ${TAGS}${id}/`), 404, NOT_FOUND);
  });

  it('is lowercased when it is updated', async () => {
    const { id } = await createTag('small');

    expect((await sre(`PATCH ${TAGS}${id}/`, { name: 'LARGE' })).body.name).toBe('large');
  });

  it('belongs to the platform, not to an organisation', async () => {
    const { id } = await createTag('of-all');
    const operator = await server.withScopes(['air:access', 'air:sre'], 'globex');

    expect((await operator(`PATCH ${TAGS}${id}/`, { name: 'of-everybody' })).status).toBe(200);
    expect((await operator(`DELETE ${TAGS}${id}/`, {})).status).toBe(204);
  });

  it('requires a name', async () => {
    expectRefusal(await sre(`POST ${TAGS}`, {}), 400, /`name`/);
    expectRefusal(await sre(`POST ${TAGS}`, { name: '' }), 400, /`name`/);
  });

  it.each(['GET', 'PATCH', 'DELETE'])('returns 404 if it does not exist: %s', async (method) => {
    const body = method === 'GET' ? undefined : {};

    expectRefusal(await sre(`${method} ${TAGS}${NO_ID}/`, body), 404, NOT_FOUND);
  });

  it('requires only `air:sre` in dsx', async () => {
    const dsx = await airImagesServer({ air: 'dsx' });
    const operator = await dsx.withScopes(['air:sre']);

    expect((await operator(`POST ${TAGS}`, { name: 'later' })).status).toBe(201);
    expectRefusal(await dsx.acme(`POST ${TAGS}`, { name: 'later' }), 403, NOT_PERMITTED);
  });
});

describe('a tag of demos in dsx', async () => {
  const dsx = await airImagesServer({ air: 'dsx' });

  it('is public, and is filtered by `is_public`', async () => {
    const operator = await dsx.withScopes(['air:sre']);
    const { body } = await operator(`POST ${TAGS}`, { name: 'Shown' });

    expect(body).toMatchObject({ name: 'shown', is_public: true });
    expect((await dsx.acme(`GET ${TAGS}${body.id}/`)).body).toEqual(body);
    const { results } = (await dsx.acme(`GET ${TAGS}?is_public=true`)).body;
    expect(results).toContainEqual(body);
    expect(results.every((tag: { is_public: boolean }) => tag.is_public)).toBe(true);
    expect((await dsx.acme(`GET ${TAGS}?is_public=false`)).body.count).toBe(0);
    expect((await dsx.acme(`GET ${TAGS}`)).body.count).toBe(results.length);
  });
});

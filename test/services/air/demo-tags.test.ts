import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NO_ID, NOT_FOUND, NOT_PERMITTED, UUID } from '../../support/air-images.ts';

const server = await airImagesServer();
const { acme, globex } = server;
const sre = await server.withScopes(['air:access', 'air:sre', 'air:marketplace_demo_read']);
const TAGS = 'marketplace/demos/tags/';
const made = async (name: string) => {
  const { status, body } = await sre(`POST ${TAGS}`, { name });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};

describe('a tag of demos', () => {
  it('is made by those who look after the platform, and seen by everybody', async () => {
    const tag = await made('Routing');

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

  it('is seen with `air:marketplace_demo_read`, as the demos are', async () => {
    const { id } = await made('seen');
    const visitor = await server.withScopes(['air:access', 'air:marketplace_demo_read']);
    const plain = await server.withScopes(['air:access', 'air:simulation_read']);

    for (const path of [TAGS, `${TAGS}${id}/`]) {
      expect((await visitor(`GET ${path}`)).status).toBe(200);
      expectRefusal(await plain(`GET ${path}`), 403, NOT_PERMITTED);
    }
  });

  it('is made, changed and deleted by nobody else', async () => {
    const { id } = await made('fixed');
    const caller = await server.withRoles(['air', 'air-demo-manager'], 'manager@acme.test');

    expectRefusal(await caller(`POST ${TAGS}`, { name: 'mine' }), 403, NOT_PERMITTED);
    expectRefusal(await caller(`PATCH ${TAGS}${id}/`, { name: 'mine' }), 403, NOT_PERMITTED);
    expectRefusal(await caller(`DELETE ${TAGS}${id}/`, {}), 403, NOT_PERMITTED);
  });

  it('is made, changed and deleted by `air-admin`, which no scope of 2.0 is missing from', async () => {
    const { id } = (await acme(`POST ${TAGS}`, { name: 'Ours' })).body;

    expect((await acme(`PATCH ${TAGS}${id}/`, { name: 'renamed' })).body).toMatchObject({ id, name: 'renamed' });
    expect((await acme(`DELETE ${TAGS}${id}/`, {})).status).toBe(204);
  });

  it('is changed and deleted with `air:sre`', async () => {
    const { id } = await made('old');

    expect((await sre(`PATCH ${TAGS}${id}/`, { name: 'new' })).body).toMatchObject({ id, name: 'new' });
    expect((await sre(`DELETE ${TAGS}${id}/`, {})).status).toBe(204);
    expectRefusal(await sre(`GET ${TAGS}${id}/`), 404, NOT_FOUND);
  });

  it('keeps to small letters when it is changed', async () => {
    const { id } = await made('small');

    expect((await sre(`PATCH ${TAGS}${id}/`, { name: 'LARGE' })).body.name).toBe('large');
  });

  it('belongs to the platform, not to the organisation of who made it', async () => {
    const { id } = await made('of-all');
    const other = await server.withScopes(['air:access', 'air:sre'], 'globex');

    expect((await other(`PATCH ${TAGS}${id}/`, { name: 'of-everybody' })).status).toBe(200);
    expect((await other(`DELETE ${TAGS}${id}/`, {})).status).toBe(204);
  });

  it('needs a name', async () => {
    expectRefusal(await sre(`POST ${TAGS}`, {}), 400, /`name`/);
    expectRefusal(await sre(`POST ${TAGS}`, { name: '' }), 400, /`name`/);
  });

  it.each(['GET', 'PATCH', 'DELETE'])('that is not there is not found: %s', async (method) => {
    const body = method === 'GET' ? undefined : {};

    expectRefusal(await sre(`${method} ${TAGS}${NO_ID}/`, body), 404, NOT_FOUND);
  });

  it('needs no more than `air:sre` in the later API', async () => {
    const later = await airImagesServer({ air: 'dsx' });
    const operator = await later.withScopes(['air:sre']);

    expect((await operator(`POST ${TAGS}`, { name: 'later' })).status).toBe(201);
    expectRefusal(await later.acme(`POST ${TAGS}`, { name: 'later' }), 403, NOT_PERMITTED);
  });
});

describe('a tag of the later API', async () => {
  const later = await airImagesServer({ air: 'dsx' });

  it('is public, and can be looked for by that', async () => {
    const operator = await later.withScopes(['air:sre']);
    const { body } = await operator(`POST ${TAGS}`, { name: 'Shown' });

    expect(body).toMatchObject({ name: 'shown', is_public: true });
    expect((await later.acme(`GET ${TAGS}${body.id}/`)).body).toEqual(body);
    const { results } = (await later.acme(`GET ${TAGS}?is_public=true`)).body;
    expect(results).toContainEqual(body);
    expect(results.every((tag: { is_public: boolean }) => tag.is_public)).toBe(true);
    expect((await later.acme(`GET ${TAGS}?is_public=false`)).body.count).toBe(0);
    expect((await later.acme(`GET ${TAGS}`)).body.count).toBe(results.length);
  });
});

import { describe, expect, it } from 'vitest';
import { airImagesServer, UUID } from '../../support/air-images.ts';

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

  it('is lowercased when it is updated', async () => {
    const { id } = await createTag('small');

    expect((await sre(`PATCH ${TAGS}${id}/`, { name: 'LARGE' })).body.name).toBe('large');
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

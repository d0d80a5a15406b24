import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, IMAGE, NOT_FOUND, NOT_PERMITTED, UUID } from '../../support/air-images.ts';
import { START } from '../../support/server.ts';

const server = await airImagesServer();
const { acme, globex } = server;
const PUBLIC = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001';
const SPARE_PUBLIC = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0010';
const SPARE_SHOWN = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0011';
const PRIVATE_OF_GLOBEX = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0003';
const timeOf = (time: string) => Date.parse(time);
const idsOf = (answer: { body: { results: readonly { id: string }[] } }) => answer.body.results.map(({ id }) => id);

describe('creating an image', () => {
  it('sets every missing member to its default and awaits the upload', async () => {
    const { status, body } = await acme('POST images/', IMAGE);

    expect(status).toBe(201);
    expect(body).toEqual({
      ...IMAGE,
      id: expect.stringMatching(UUID),
      created: expect.any(String),
      modified: expect.any(String),
      creator: 'air-admin@acme.test',
      mountpoint: null,
      minimum_resources: { cpu: 1, memory: 1024, storage: 10 },
      includes_air_agent: false,
      cpu_arch: 'x86',
      emulation_type: [],
      emulation_version: '',
      provider: 'VM',
      notes: null,
      release_notes: null,
      user_manual: null,
      published: false,
      publicly_published: false,
      publish_access_record_id: null,
      is_owned_by_client: true,
      upload_status: 'READY',
      size: 0,
      hash: '',
      last_uploaded_at: null,
    });
    expect(timeOf(body.created)).toBe(START);
    expect(timeOf(body.modified)).toBe(START);
    expect((await acme(`GET images/${body.id}/`)).body).toEqual(body);
  });

  it('completes its minimum resources, and keeps those that an update omits', async () => {
    const { body } = await acme('POST images/', { ...IMAGE, minimum_resources: { storage: 1, color: 'red' } });
    expect(body.minimum_resources).toEqual({ cpu: 1, memory: 1024, storage: 1 });

    const changed = await acme(`PATCH images/${body.id}/`, { minimum_resources: { memory: 512 } });

    expect(changed.body.minimum_resources).toEqual({ cpu: 1, memory: 512, storage: 1 });
  });
});

describe('an image of the caller', () => {
  it('is updated only in the members of the request', async () => {
    const { body: before } = await acme('POST images/', IMAGE);
    server.clock.set(START + 5000);
    const { status, body } = await acme(`PATCH images/${before.id}/`, { version: '2.0', notes: 'new', size: 9 });

    expect(status).toBe(200);
    expect(body).toEqual({ ...before, version: '2.0', notes: 'new', modified: body.modified });
    expect(timeOf(body.modified)).toBe(START + 5000);
    expect((await acme(`GET images/${before.id}/`)).body).toEqual(body);
    server.clock.set(START);
  });

  it('leaves no data behind when it is deleted, including its history', async () => {
    const sizeOfWorld = async () => (await server.call('POST /_mock/snapshots', { body: {} })).body.bytes;
    const before = await sizeOfWorld();
    const id = await server.uploaded();
    for (const action of ['publish', 'unpublish']) await acme(`PATCH images/${id}/${action}/`, {});
    expect(await sizeOfWorld()).toBeGreaterThan(before);

    expect((await acme(`DELETE images/${id}/`, {})).status).toBe(204);
    expect(await sizeOfWorld()).toBe(before);
  });
});

describe('an image of another organisation', () => {
  it('is visible if it is public, with `is_owned_by_client` false', async () => {
    const { status, body } = await globex(`GET images/${PUBLIC}/`);

    expect(status).toBe(200);
    expect(body).toMatchObject({ id: PUBLIC, published: true, is_owned_by_client: false });
    expect((await acme(`GET images/${PUBLIC}/`)).body).toEqual({ ...body, is_owned_by_client: true });
  });

  it.each([
    ['PATCH', '', { name: 'mine' }],
    ['DELETE', '', {}],
    ['PATCH', 'start-upload/', { hash: '0'.repeat(64), size: 1 }],
    ['PATCH', 'complete-upload/', { parts: [{ part_number: 1, etag: 'x' }] }],
    ['PATCH', 'abort-upload/', {}],
    ['PATCH', 'clear-upload/', {}],
    ['PATCH', 'publish/', {}],
    ['PATCH', 'unpublish/', {}],
  ])('returns 403 if it is public: %s {id}/%s', async (method, action, body) => {
    const before = await globex(`GET images/${PUBLIC}/`);

    expectRefusal(await globex(`${method} images/${PUBLIC}/${action}`, body), 403, NOT_PERMITTED);
    expect((await globex(`GET images/${PUBLIC}/`)).body).toEqual(before.body);
  });
});

it('the list of images can be filtered by `is_owned_by_client`', async () => {
  const world = await airImagesServer();

  expect(idsOf(await world.globex('GET images/?is_owned_by_client=true'))).toEqual([PRIVATE_OF_GLOBEX]);
  expect(idsOf(await world.globex('GET images/?is_owned_by_client=false'))).toEqual([
    PUBLIC,
    SPARE_PUBLIC,
    SPARE_SHOWN,
  ]);
});

describe('publishing an image', () => {
  it('shows the image to other organisations until it is unpublished, each with a new name if requested', async () => {
    const id = await server.uploaded({ name: 'hidden' });
    expectRefusal(await globex(`GET images/${id}/`), 404, NOT_FOUND);

    const { status, body } = await acme(`PATCH images/${id}/publish/`, { name: 'shown', version: '9' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, name: 'shown', version: '9', published: true, publicly_published: true });
    expect((await globex(`GET images/${id}/`)).body).toMatchObject({ name: 'shown', is_owned_by_client: false });
    expect(idsOf(await globex('GET images/?name=shown'))).toEqual([id]);

    const after = await acme(`PATCH images/${id}/unpublish/`, { name: 'hidden', version: '2.0' });
    expect(after.status).toBe(200);
    expect(after.body).toMatchObject({
      id,
      name: 'hidden',
      version: '2.0',
      published: false,
      publicly_published: false,
    });
    expectRefusal(await globex(`GET images/${id}/`), 404, NOT_FOUND);
    expect(idsOf(await globex('GET images/?name=shown'))).toEqual([]);
  });

  it('applies the name and version of a request to unpublish when it is approved, in dsx', async () => {
    const dsx = await airImagesServer({ air: 'dsx' });
    const operator = await dsx.withScopes(['air:sre']);
    const id = await dsx.uploaded({ name: 'shown' });
    await dsx.acme(`PATCH images/${id}/publish/`, {});
    const request = { justification: 'old', name: 'hidden', version: '2.0' };
    const { body } = await dsx.acme(`PATCH images/${id}/request-unpublish/`, request);
    expect(body).toMatchObject({ name: 'shown', upload_status: 'PENDING_UNPUBLISH' });

    const record = `publishing/image-publish-access-records/${body.publish_access_record_id}/`;
    expect((await operator(`PATCH ${record}approve/`, {})).status).toBe(200);

    const after = (await dsx.acme(`GET images/${id}/`)).body;
    expect(after).toMatchObject({ name: 'hidden', version: '2.0', published: false });
  });
});

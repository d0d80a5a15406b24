import { describe, expect, it } from 'vitest';
import {
  airImagesServer,
  expectRefusal,
  IMAGE,
  NO_ID,
  NOT_FOUND,
  NOT_PERMITTED,
  UUID,
} from '../../support/air-images.ts';
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

  it('stores every member of the request', async () => {
    const members = {
      ...IMAGE,
      mountpoint: '/mnt',
      minimum_resources: { cpu: 2, memory: 4096, storage: 20 },
      includes_air_agent: true,
      cpu_arch: 'ARM',
      emulation_type: ['switch'],
      emulation_version: '5',
      provider: 'CONTAINER',
      notes: 'for tests',
      release_notes: 'none',
      user_manual: 'read it',
    };

    expect((await acme('POST images/', members)).body).toMatchObject(members);
  });

  it.each([
    [{}, { cpu: 1, memory: 1024, storage: 10 }],
    [{ cpu: 4 }, { cpu: 4, memory: 1024, storage: 10 }],
    [
      { storage: 1, color: 'red' },
      { cpu: 1, memory: 1024, storage: 1 },
    ],
  ])('completes minimum resources of %j', async (minimums, minimum_resources) => {
    const { status, body } = await acme('POST images/', { ...IMAGE, minimum_resources: minimums });

    expect({ status, minimum_resources: body.minimum_resources }).toEqual({ status: 201, minimum_resources });
    expect((await acme(`GET images/${body.id}/`)).body).toEqual(body);
  });

  it('keeps the minimum resources that an update omits', async () => {
    const { body } = await acme('POST images/', { ...IMAGE, minimum_resources: { cpu: 2, memory: 4096 } });

    const changed = await acme(`PATCH images/${body.id}/`, { minimum_resources: { memory: 512 } });

    expect(changed.body.minimum_resources).toEqual({ cpu: 2, memory: 512, storage: 10 });
  });

  it.each([{ cpu: -1 }, { memory: 0 }, { storage: 1.5 }])(
    'rejects minimum resources of %j',
    async (minimum_resources) => {
      expectRefusal(await acme('POST images/', { ...IMAGE, minimum_resources }), 400, /minimum_resources\.\w+/);
    },
  );

  it('ignores the size, status, creator and publication in the request', async () => {
    const { body } = await acme('POST images/', {
      ...IMAGE,
      id: NO_ID,
      upload_status: 'COMPLETE',
      size: 5,
      published: true,
      creator: 'me',
      color: 'red',
    });

    expect(body).toMatchObject({
      upload_status: 'READY',
      size: 0,
      published: false,
      creator: 'air-admin@acme.test',
    });
    expect(body.id).not.toBe(NO_ID);
    expect(body).not.toHaveProperty('color');
  });

  it.each([
    ['name', 128],
    ['version', 64],
    ['default_username', 64],
    ['default_password', 64],
  ])('accepts 1 to the maximum number of characters in `%s`: %i', async (member, max) => {
    const createWith = (length: number) => acme('POST images/', { ...IMAGE, [member]: 'x'.repeat(length) });

    expect((await createWith(1)).status).toBe(201);
    expect((await createWith(max)).status).toBe(201);
    expectRefusal(await createWith(max + 1), 400, new RegExp(`\`${member}\``));
    expectRefusal(await createWith(0), 400, new RegExp(`\`${member}\``));
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

  it('is deleted once', async () => {
    const id = await server.image();
    const { status, body } = await acme(`DELETE images/${id}/`, {});

    expect({ status, body }).toEqual({ status: 204, body: undefined });
    expectRefusal(await acme(`GET images/${id}/`), 404, NOT_FOUND);
    expectRefusal(await acme(`DELETE images/${id}/`, {}), 404, NOT_FOUND);
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

  it('is listed only if it is public', async () => {
    const own = await server.image();

    expect(idsOf(await globex('GET images/'))).toEqual(expect.arrayContaining([PUBLIC, PRIVATE_OF_GLOBEX]));
    expect(idsOf(await globex('GET images/'))).not.toContain(own);
    expect(idsOf(await acme('GET images/'))).toEqual(expect.arrayContaining([PUBLIC, own]));
    expect(idsOf(await acme('GET images/'))).not.toContain(PRIVATE_OF_GLOBEX);
  });
});

describe('the list of images', async () => {
  const world = await airImagesServer();
  const wanted = await world.image({ name: 'wanted', version: '7', cpu_arch: 'ARM', provider: 'CONTAINER' });
  const agent = await world.image({ name: 'agent', version: '8', includes_air_agent: true });
  const complete = await world.uploaded({ name: 'complete' }, Buffer.from('found by its hash'));
  const { hash } = (await world.acme(`GET images/${complete}/`)).body;

  it.each([
    ['name=wanted', [wanted]],
    ['version=8', [agent]],
    ['cpu_arch=ARM', [wanted]],
    ['provider=CONTAINER', [wanted]],
    ['upload_status=READY', [wanted, agent]],
    ['name=complete&upload_status=COMPLETE', [complete]],
    ['creator=air-admin@acme.test', [wanted, agent, complete]],
    ['published=true', [PUBLIC, SPARE_PUBLIC, SPARE_SHOWN]],
    ['search=WANT', [wanted]],
    ['includes_air_agent=true', [agent]],
    [`hash=${hash}`, [complete]],
    ['name=want', []],
  ])('contains the images that match `%s`', async (query, ids) => {
    expect(new Set(idsOf(await world.acme(`GET images/?${query}`)))).toEqual(new Set(ids));
  });

  it('can be filtered by `is_owned_by_client`', async () => {
    expect(idsOf(await world.globex('GET images/?is_owned_by_client=true'))).toEqual([PRIVATE_OF_GLOBEX]);
    expect(idsOf(await world.globex('GET images/?is_owned_by_client=false'))).toEqual([
      PUBLIC,
      SPARE_PUBLIC,
      SPARE_SHOWN,
    ]);
  });
});

describe('publishing an image', () => {
  it('requires a complete upload', async () => {
    const id = await server.image();

    expectRefusal(await acme(`PATCH images/${id}/publish/`, {}), 400, /`READY`.*`COMPLETE`/);
    expect((await acme(`GET images/${id}/`)).body.published).toBe(false);
  });

  it('shows the image to other organisations, with a new name if requested, until it is unpublished', async () => {
    const id = await server.uploaded({ name: 'hidden' });
    expectRefusal(await globex(`GET images/${id}/`), 404, NOT_FOUND);

    const { status, body } = await acme(`PATCH images/${id}/publish/`, { name: 'shown', version: '9' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, name: 'shown', version: '9', published: true, publicly_published: true });
    expect((await globex(`GET images/${id}/`)).body).toMatchObject({ name: 'shown', is_owned_by_client: false });
    expect(idsOf(await globex('GET images/?name=shown'))).toEqual([id]);

    const after = await acme(`PATCH images/${id}/unpublish/`, {});
    expect(after.status).toBe(200);
    expect(after.body).toMatchObject({ id, published: false, publicly_published: false });
    expectRefusal(await globex(`GET images/${id}/`), 404, NOT_FOUND);
    expect(idsOf(await globex('GET images/?name=shown'))).toEqual([]);
  });

  it.each(['2.0', 'dsx'] as const)('accepts a new name when the image is unpublished, in %s', async (air) => {
    const own = await airImagesServer({ air });
    const id = await own.uploaded({ name: 'shown' });
    await own.acme(`PATCH images/${id}/publish/`, {});

    const after = await own.acme(`PATCH images/${id}/unpublish/`, { name: 'hidden', version: '2.0' });

    expect(after.body).toMatchObject({ name: 'hidden', version: '2.0', published: false });
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

  it('sets `publicly_published`, which is a filter in dsx', async () => {
    const dsx = await airImagesServer({ air: 'dsx' });
    const id = await dsx.uploaded({ name: 'restricted' });
    await dsx.acme(`PATCH images/${id}/publish/`, { prefer_public: false, allowed_orgs: [] });

    const countOf = async (query: string) => (await dsx.acme(`GET images/?name=restricted&${query}`)).body.count;
    expect(await countOf('publicly_published=false')).toBe(1);
    expect(await countOf('publicly_published=true')).toBe(0);
    expect((await dsx.acme('GET images/?publicly_published=true')).body.count).toBeGreaterThan(0);
  });

  it('returns 400 if the image is already published, and unpublishing if it is not', async () => {
    const id = await server.uploaded();
    expectRefusal(await acme(`PATCH images/${id}/unpublish/`, {}), 400, /not published/);
    expect((await acme(`PATCH images/${id}/publish/`)).status).toBe(200);
    expectRefusal(await acme(`PATCH images/${id}/publish/`, {}), 400, /already/);
    expect((await acme(`PATCH images/${id}/unpublish/`)).status).toBe(200);
    expectRefusal(await acme(`PATCH images/${id}/unpublish/`, {}), 400, /not published/);
  });
});

it('publishing with `allowed_orgs` shows an image in dsx only to these organisations', async () => {
  const dsx = await airImagesServer({ air: 'dsx' });
  const budgets = await dsx.globex('GET resource-budgets/');
  const [{ org_id }] = budgets.body.results;
  const [forNobody, forGlobex] = [await dsx.uploaded(), await dsx.uploaded()];
  const published = await dsx.acme(`PATCH images/${forNobody}/publish/`, { prefer_public: false });
  expect(published.body).toMatchObject({ published: true, publicly_published: false });
  await dsx.acme(`PATCH images/${forGlobex}/publish/`, { prefer_public: false, allowed_orgs: [org_id] });

  expect((await dsx.globex(`GET images/${forGlobex}/`)).status).toBe(200);
  expectRefusal(await dsx.globex(`GET images/${forNobody}/`), 404, NOT_FOUND);
});

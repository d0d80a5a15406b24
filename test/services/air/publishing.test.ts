import { describe, expect, it } from 'vitest';
import { type AirCaller, airImagesServer, expectRefusal, NOT_FOUND } from '../../support/air-images.ts';

const REASON = { justification: 'it is ready' };

/** A kind of object that can be published. */
interface Kind {
  readonly name: string;
  readonly path: string;
  readonly records: string;
  readonly member: string;
  /** Creates an object of acme and returns its id. */
  readonly create: () => Promise<string>;
  readonly request: object;
}

describe('publishing', async () => {
  const server = await airImagesServer({ air: 'dsx' });
  const { acme, globex } = server;
  const operator = await server.withScopes(['air:sre', 'air:image_write', 'air:marketplace_demo_write'], 'globex');
  const owner = await server.withScopes([
    'air:image_write',
    'air:image_publish',
    'air:image_read',
    'air:marketplace_demo_write',
    'air:marketplace_demo_publish',
  ]);
  const createDemo = async (publisher = 'Acme') => {
    const { body } = await acme('POST simulations/', { name: 'shown' });
    const described = { description: 'A spine', documentation: '# Spine', publisher };
    const order = { name: 'spine', tags: ['bgp'], simulation: body.id, ...described };
    return (await acme('POST marketplace/demos/', order)).body.id;
  };
  const KINDS: readonly Kind[] = [
    {
      name: 'image',
      path: 'images/',
      records: 'publishing/image-publish-access-records/',
      member: 'image',
      create: () => server.uploaded(),
      request: REASON,
    },
    {
      name: 'demo',
      path: 'marketplace/demos/',
      records: 'publishing/marketplace-demo-publish-access-records/',
      member: 'marketplace_demo',
      create: createDemo,
      request: { ...REASON, publisher: 'Acme' },
    },
  ];
  const orgOf = async (caller: AirCaller) => (await caller('GET resource-budgets/')).body.results[0].org_id as string;

  describe.each(KINDS)('of an $name', ({ name, path, records, member, create, request }) => {
    const actOn = (id: string, action: string, body: object, caller = owner) =>
      caller(`PATCH ${path}${id}/${action}/`, body);
    const decide = (record: string, action: string, body: object = {}, caller = operator) =>
      caller(`PATCH ${records}${record}/${action}/`, body);
    const read = async (id: string) => (await acme(`GET ${path}${id}/`)).body;
    const requestRecord = async (id: string, action = 'request-publish', body: object = request) => {
      const answer = await actOn(id, action, body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body.publish_access_record_id as string;
    };
    const createPublished = async (options: object = {}) => {
      const id = await create();
      await acme(`PATCH ${path}${id}/publish/`, options);
      return { id, record: (await read(id)).publish_access_record_id as string };
    };
    const isVisibleToGlobex = async (id: string) => (await globex(`GET ${path}${id}/`)).status === 200;

    it('creates a record with the requester and the justification', async () => {
      const id = await create();
      const record = await requestRecord(id);
      const { status, body } = await owner(`GET ${records}${record}/`);

      expect(status).toBe(200);
      expect(body).toMatchObject({
        id: record,
        [member]: id,
        status: 'PENDING',
        justification: 'it is ready',
        requested_by: expect.stringContaining('acme'),
        requesting_org: 'acme',
        requesting_org_ngc_org_name: 'acme',
        prefer_public: true,
        publicly_published: false,
        reviewed_by: null,
        allowed_orgs: null,
        denial_reason: '',
      });
      expect((await read(id)).published).toBe(false);
      for (const action of ['request-publish', 'request-unpublish'])
        expectRefusal(await actOn(id, action, request), 409, /open/);
      expect((await owner(`GET ${records}?${member}=${id}&status=PENDING`)).body.count).toBe(1);
      expect((await owner(`GET ${records}?${member}=${id}&status=APPROVED`)).body.count).toBe(0);
    });

    it('creates a record that operators of any organisation can read, and other organisations cannot', async () => {
      const record = await requestRecord(await create());
      const foreignKey = await server.withScopes(['air:image_write', 'air:marketplace_demo_write'], 'globex');

      expect((await operator(`GET ${records}${record}/`)).body.allowed_orgs).toEqual([]);
      expectRefusal(await foreignKey(`GET ${records}${record}/`), 404, NOT_FOUND);
      expect((await foreignKey(`GET ${records}`)).body.count).toBe(0);
      expect((await operator(`GET ${records}`)).body.count).toBeGreaterThan(0);
    });

    it('is approved by an operator for all organisations', async () => {
      const id = await create();
      const record = await requestRecord(id);
      const { status, body } = await decide(record, 'approve');

      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'APPROVED', publicly_published: true, allowed_orgs: [] });
      expect(body.reviewed_by).toContain('globex');
      expect(await read(id)).toMatchObject({
        published: true,
        publicly_published: true,
        publish_access_record_id: record,
      });
      expect(await isVisibleToGlobex(id)).toBe(true);
      expectRefusal(await decide(record, 'approve'), 400, /`APPROVED`.*needs no decision/);
    });

    it('is approved for some organisations, which always include the owner', async () => {
      const id = await create();
      const record = await requestRecord(id);
      const allowed_orgs = [await orgOf(globex)];
      const both = { publicly_published: true, allowed_orgs };
      expectRefusal(await decide(record, 'approve', both), 400, /`allowed_orgs` must be empty or omitted/);
      const { body } = await decide(record, 'approve', { publicly_published: false, allowed_orgs });

      expect(body.allowed_orgs.toSorted()).toEqual([await orgOf(acme), ...allowed_orgs].toSorted());
      expect(await read(id)).toMatchObject({ published: true, publicly_published: false });
      expect(await isVisibleToGlobex(id)).toBe(true);
    });

    it('is denied with a reason, and can be requested again', async () => {
      const id = await create();
      const record = await requestRecord(id);
      const { body } = await decide(record, 'deny', { denial_reason: 'no documentation' });

      expect(body).toMatchObject({ status: 'DENIED', denial_reason: 'no documentation' });
      expect(await read(id)).toMatchObject({ published: false, publish_access_record_id: null });
      expect(await requestRecord(id)).not.toBe(record);
      expectRefusal(await decide(record, 'approve'), 400, /`DENIED`/);
    });

    it('can be cancelled before a decision', async () => {
      const id = await create();
      const record = await requestRecord(id);
      const { body } = await actOn(id, 'cancel-publish-access-record', {});

      expect(body.publish_access_record_id).toBeNull();
      expect((await owner(`GET ${records}${record}/`)).body).toMatchObject({ status: 'CANCELLED', requested_at: null });
      expectRefusal(await actOn(id, 'cancel-publish-access-record', {}), 400, /no open request/);
      expectRefusal(await decide(record, 'approve'), 400, /`CANCELLED`/);
    });

    it('without a request has an approved record, and is removed at once', async () => {
      const { id, record } = await createPublished();
      expect((await owner(`GET ${records}${record}/`)).body).toMatchObject({
        status: 'APPROVED',
        publicly_published: true,
      });
      expectRefusal(await actOn(id, 'request-publish', request), 400, /is public/);
      await acme(`PATCH ${path}${id}/unpublish/`, {});
      expectRefusal(await actOn(id, 'request-unpublish', REASON), 400, /is unpublished/);

      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('REMOVED');
      expect((await read(id)).publish_access_record_id).toBeNull();
    });

    it('changes between restricted and public on request', async () => {
      const { id, record } = await createPublished({ prefer_public: false });
      expect(await isVisibleToGlobex(id)).toBe(false);
      await requestRecord(id, 'request-public', { ...REASON, prefer_public: true });
      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('PENDING_ELEVATION');
      const restricted = { publicly_published: false };
      expectRefusal(await decide(record, 'approve', restricted), 400, /`publicly_published` must be true/);
      await decide(record, 'approve');
      expect((await read(id)).publicly_published).toBe(true);

      await requestRecord(id, 'request-public', { ...REASON, prefer_public: false });
      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('PENDING_RESTRICTION');
      expect(await isVisibleToGlobex(id)).toBe(true);
      await decide(record, 'approve');
      expect((await read(id)).publicly_published).toBe(false);
      expect(await isVisibleToGlobex(id)).toBe(false);
    });

    it('changes its list of organisations on request if it is restricted', async () => {
      const body = { ...REASON, allowed_orgs_request_text: 'globex' };
      const publicObject = await createPublished();
      expectRefusal(await actOn(publicObject.id, 'request-allowlist-change', body), 400, /is public\..*restricted/);
      const { id, record } = await createPublished({ prefer_public: false });
      await requestRecord(id, 'request-allowlist-change', body);
      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('PENDING_ALLOWLIST');
      await decide(record, 'approve', { allowed_orgs: [await orgOf(globex)] });

      expect(await isVisibleToGlobex(id)).toBe(true);
      expect((await read(id)).publicly_published).toBe(false);
    });

    it('ends on request, and continues if the request is denied or cancelled', async () => {
      const { id, record } = await createPublished({ prefer_public: false, allowed_orgs: [await orgOf(globex)] });
      expect(await isVisibleToGlobex(id)).toBe(true);
      await requestRecord(id, 'request-unpublish', REASON);
      await decide(record, 'deny');
      expect((await read(id)).published).toBe(true);
      await requestRecord(id, 'request-unpublish', REASON);
      await actOn(id, 'cancel-publish-access-record', {});
      expect(await read(id)).toMatchObject({ published: true, publish_access_record_id: record });
      await requestRecord(id, 'request-unpublish', REASON);
      await decide(record, 'approve');

      expect(await read(id)).toMatchObject({ published: false, publish_access_record_id: null });
      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('REMOVED');
    });

    it('changes its visibility through an operator without a request', async () => {
      const { id, record } = await createPublished({ prefer_public: false });
      await decide(record, 'set-visibility', { publicly_published: true });
      expect(await isVisibleToGlobex(id)).toBe(true);
      await decide(record, 'set-visibility', { publicly_published: false });
      expect(await isVisibleToGlobex(id)).toBe(false);

      await requestRecord(id, 'request-public', { ...REASON, prefer_public: true });
      expectRefusal(await decide(record, 'set-visibility'), 400, /`PENDING_ELEVATION`.*first/);
    });

    it(`is in the history of the ${name}, and its record is deleted with the ${name}`, async () => {
      const id = await create();
      const record = await requestRecord(id);
      const { body } = await acme(`GET ${path}${id}/history/?label=publishing`);
      expect(body.results).toMatchObject([{ object_id: id, severity: 'INFO', labels: ['publishing'] }]);
      expect((await acme(`GET ${path}${id}/history-filters/`)).body).toMatchObject({ labels: ['publishing'] });

      await actOn(id, 'cancel-publish-access-record', {});
      expect((await acme(`DELETE ${path}${id}/`, {})).status).toBe(204);
      expectRefusal(await owner(`GET ${records}${record}/`), 404, NOT_FOUND);
    });

    it('has one successful decision if several arrive in parallel', async () => {
      const record = await requestRecord(await create());
      const answers = await Promise.all(
        ['approve', 'deny', 'approve', 'deny', 'approve', 'deny'].map((action) => decide(record, action)),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400, 400, 400]);
    });
  });

  it('of an image sets `upload_status` on request, and the new name on approval', async () => {
    const id = await server.uploaded();
    const response = await owner(`PATCH images/${id}/request-publish/`, { ...REASON, name: 'renamed', version: '2' });
    expect(response.body).toMatchObject({ upload_status: 'PENDING_PUBLISH', name: 'my-switch' });
    await operator(
      `PATCH publishing/image-publish-access-records/${response.body.publish_access_record_id}/approve/`,
      {},
    );

    expect((await acme(`GET images/${id}/`)).body).toMatchObject({
      upload_status: 'COMPLETE',
      name: 'renamed',
      version: '2',
    });
  });

  it('of an image requires a complete upload, with and without a request', async () => {
    const id = await server.image();
    expectRefusal(await owner(`PATCH images/${id}/publish/`, {}), 400, /`READY`.*`COMPLETE`/);
    expectRefusal(await owner(`PATCH images/${id}/request-publish/`, REASON), 400, /`READY`.*`COMPLETE`/);
  });

  it('of a demo requires its description, documentation and publisher, with and without a request', async () => {
    const id = await createDemo('');
    await acme(`PATCH marketplace/demos/${id}/`, { description: null, documentation: null });
    const message = /without `description`, `documentation`, `publisher`; set them first/;

    expectRefusal(await owner(`PATCH marketplace/demos/${id}/publish/`, {}), 400, message);
    expectRefusal(await owner(`PATCH marketplace/demos/${id}/request-publish/`, REASON), 400, message);
  });

  it('of a demo sets its publisher and tags on request', async () => {
    const id = await createDemo('');
    const order = { ...REASON, publisher: 'Acme', tags: ['EVPN'] };
    const refused = await owner(`PATCH marketplace/demos/${id}/request-publish/`, { ...order, tags: [] });
    expectRefusal(refused, 400, /`tags`/);

    const { body } = await owner(`PATCH marketplace/demos/${id}/request-publish/`, order);
    expect(body).toMatchObject({ publisher: 'Acme', tags: ['evpn'] });
  });

  it('of an image with a request in the seed is approved like any other', async () => {
    const { body } = await operator('GET publishing/image-publish-access-records/?requested_by_email=seed@acme');
    const [{ id, image }] = body.results;
    await operator(`PATCH publishing/image-publish-access-records/${id}/approve/`, {});

    expect((await acme(`GET images/${image}/`)).body.published).toBe(true);
  });

  it('the list of demos starts with featured demos, then ordered demos, unless `ordering` is set', async () => {
    const own = await airImagesServer({ air: 'dsx' });
    const manager = await own.withScopes(['air:sre', 'air:marketplace_demo_write', 'air:simulation_create']);
    const createDemoAt = async (name: string, place: object) => {
      const simulation = (await manager('POST simulations/', { name })).body.id;
      const { body } = await manager('POST marketplace/demos/', { name, tags: ['placed'], simulation });
      await manager(`PATCH marketplace/demos/${body.id}/manage/`, place);
    };
    await createDemoAt('plain', {});
    await createDemoAt('second', { order: 7 });
    await createDemoAt('first', { order: 2 });
    await createDemoAt('star', { featured: true });
    await createDemoAt('best', { featured: true, order: 9 });
    const listNames = async (query: string) =>
      (await manager(`GET marketplace/demos/?tags=placed${query}`)).body.results.map(
        (createDemo: { name: string }) => createDemo.name,
      );

    expect(await listNames('')).toEqual(['best', 'star', 'first', 'second', 'plain']);
    expect(await listNames('&limit=2&offset=2')).toEqual(['first', 'second']);
    expect(await listNames('&search=s')).toEqual(['best', 'star', 'first', 'second']);
    expect(await listNames('&ordering=name')).toEqual(['best', 'first', 'plain', 'second', 'star']);
  });

  it('operators renumber the order of demos from 1', async () => {
    const [first, second, unplaced] = [await createDemo(), await createDemo(), await createDemo()];
    for (const [id, order] of [
      [first, 20],
      [second, 5],
    ] as const) {
      await acme(`PATCH marketplace/demos/${id}/publish/`, {});
      expect((await operator(`PATCH marketplace/demos/${id}/manage/`, { order })).status).toBe(200);
    }
    expect((await operator('PATCH marketplace/demos/tighten-order/', {})).status).toBe(204);

    const orders = await Promise.all(
      [second, first, unplaced].map(async (id) => (await acme(`GET marketplace/demos/${id}/`)).body.order),
    );
    expect(orders).toEqual([1, 2, null]);
  });
});

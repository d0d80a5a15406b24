import { describe, expect, it } from 'vitest';
import { type AirCaller, airImagesServer, expectRefusal, NOT_FOUND, NOT_PERMITTED } from '../../support/air-images.ts';

const because = { justification: 'it is ready' };

/** What is published, and how. */
interface Kind {
  readonly what: string;
  readonly path: string;
  readonly records: string;
  readonly member: string;
  /** Makes one of acme; its id. */
  readonly make: () => Promise<string>;
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
  const demo = async (publisher = 'Acme') => {
    const { body } = await acme('POST simulations/', { name: 'shown' });
    const described = { description: 'A spine', documentation: '# Spine', publisher };
    const given = { name: 'spine', tags: ['bgp'], simulation: body.id, ...described };
    return (await acme('POST marketplace/demos/', given)).body.id;
  };
  const KINDS: readonly Kind[] = [
    {
      what: 'image',
      path: 'images/',
      records: 'publishing/image-publish-access-records/',
      member: 'image',
      make: () => server.uploaded(),
      request: because,
    },
    {
      what: 'demo',
      path: 'marketplace/demos/',
      records: 'publishing/marketplace-demo-publish-access-records/',
      member: 'marketplace_demo',
      make: demo,
      request: { ...because, publisher: 'Acme' },
    },
  ];
  const orgOf = async (caller: AirCaller) => (await caller('GET resource-budgets/')).body.results[0].org_id as string;

  describe.each(KINDS)('of an $what', ({ what, path, records, member, make, request }) => {
    const actOn = (id: string, action: string, body: object, caller = owner) =>
      caller(`PATCH ${path}${id}/${action}/`, body);
    const decide = (record: string, action: string, body: object = {}, caller = operator) =>
      caller(`PATCH ${records}${record}/${action}/`, body);
    const shown = async (id: string) => (await acme(`GET ${path}${id}/`)).body;
    const requested = async (id: string, action = 'request-publish', body: object = request) => {
      const answer = await actOn(id, action, body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body.publish_access_record_id as string;
    };
    const published = async (how: object = {}) => {
      const id = await make();
      await acme(`PATCH ${path}${id}/publish/`, how);
      return { id, record: (await shown(id)).publish_access_record_id as string };
    };
    const seenByGlobex = async (id: string) => (await globex(`GET ${path}${id}/`)).status === 200;

    it('begins with a request, whose record names who asked, and what for', async () => {
      const id = await make();
      const record = await requested(id);
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
      expect((await shown(id)).published).toBe(false);
      expect((await owner(`GET ${records}?${member}=${id}&status=PENDING`)).body.count).toBe(1);
      expect((await owner(`GET ${records}?${member}=${id}&status=APPROVED`)).body.count).toBe(0);
    });

    it('is seen by operators of any organisation, and by no other organisation', async () => {
      const record = await requested(await make());
      const other = await server.withScopes(['air:image_write', 'air:marketplace_demo_write'], 'globex');

      expect((await operator(`GET ${records}${record}/`)).body.allowed_orgs).toEqual([]);
      expectRefusal(await other(`GET ${records}${record}/`), 404, NOT_FOUND);
      expect((await other(`GET ${records}`)).body.count).toBe(0);
      expect((await operator(`GET ${records}`)).body.count).toBeGreaterThan(0);
    });

    it('is approved by an operator, for everybody', async () => {
      const id = await make();
      const record = await requested(id);
      const { status, body } = await decide(record, 'approve');

      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'APPROVED', publicly_published: true, allowed_orgs: [] });
      expect(body.reviewed_by).toContain('globex');
      expect(await shown(id)).toMatchObject({
        published: true,
        publicly_published: true,
        publish_access_record_id: record,
      });
      expect(await seenByGlobex(id)).toBe(true);
      expectRefusal(await decide(record, 'approve'), 400, /`APPROVED`.*needs no decision/);
    });

    it('is approved for some organisations, to which the owner always belongs', async () => {
      const id = await make();
      const record = await requested(id);
      const allowed_orgs = [await orgOf(globex)];
      const both = { publicly_published: true, allowed_orgs };
      expectRefusal(await decide(record, 'approve', both), 400, /`allowed_orgs` must be empty or omitted/);
      const { body } = await decide(record, 'approve', { publicly_published: false, allowed_orgs });

      expect(body.allowed_orgs.toSorted()).toEqual([await orgOf(acme), ...allowed_orgs].toSorted());
      expect(await shown(id)).toMatchObject({ published: true, publicly_published: false });
      expect(await seenByGlobex(id)).toBe(true);
    });

    it('is denied with a reason, and may be requested again', async () => {
      const id = await make();
      const record = await requested(id);
      const { body } = await decide(record, 'deny', { denial_reason: 'no documentation' });

      expect(body).toMatchObject({ status: 'DENIED', denial_reason: 'no documentation' });
      expect(await shown(id)).toMatchObject({ published: false, publish_access_record_id: null });
      expect(await requested(id)).not.toBe(record);
      expectRefusal(await decide(record, 'approve'), 400, /`DENIED`/);
    });

    it('is not decided by its owner', async () => {
      const record = await requested(await make());
      for (const action of ['approve', 'deny', 'set-visibility']) {
        expectRefusal(await decide(record, action, {}, owner), 403, NOT_PERMITTED);
      }
    });

    it('is cancelled before somebody decides', async () => {
      const id = await make();
      const record = await requested(id);
      const { body } = await actOn(id, 'cancel-publish-access-record', {});

      expect(body.publish_access_record_id).toBeNull();
      expect((await owner(`GET ${records}${record}/`)).body).toMatchObject({ status: 'CANCELLED', requested_at: null });
      expectRefusal(await actOn(id, 'cancel-publish-access-record', {}), 400, /no open request/);
      expectRefusal(await decide(record, 'approve'), 400, /`CANCELLED`/);
    });

    it('at once has an approved record, and ends at once', async () => {
      const { id, record } = await published();
      expect((await owner(`GET ${records}${record}/`)).body).toMatchObject({
        status: 'APPROVED',
        publicly_published: true,
      });
      await acme(`PATCH ${path}${id}/unpublish/`, {});

      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('REMOVED');
      expect((await shown(id)).publish_access_record_id).toBeNull();
    });

    it('of a restricted one can become public, and of a public one restricted, on request', async () => {
      const { id, record } = await published({ prefer_public: false });
      await requested(id, 'request-public', { ...because, prefer_public: true });
      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('PENDING_ELEVATION');
      const restricted = { publicly_published: false };
      expectRefusal(await decide(record, 'approve', restricted), 400, /`publicly_published` must be true/);
      await decide(record, 'approve');
      expect((await shown(id)).publicly_published).toBe(true);

      await requested(id, 'request-public', { ...because, prefer_public: false });
      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('PENDING_RESTRICTION');
      expect(await seenByGlobex(id)).toBe(true);
      await decide(record, 'approve');
      expect((await shown(id)).publicly_published).toBe(false);
      expect(await seenByGlobex(id)).toBe(false);
    });

    it('changes its list of organisations on request, if it is restricted', async () => {
      const asked = { ...because, allowed_orgs_request_text: 'globex' };
      const everybody = await published();
      expectRefusal(await actOn(everybody.id, 'request-allowlist-change', asked), 400, /is public\..*restricted/);
      const { id, record } = await published({ prefer_public: false });
      await requested(id, 'request-allowlist-change', asked);
      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('PENDING_ALLOWLIST');
      await decide(record, 'approve', { allowed_orgs: [await orgOf(globex)] });

      expect(await seenByGlobex(id)).toBe(true);
      expect((await shown(id)).publicly_published).toBe(false);
    });

    it('ends on request, and stays if that is denied or cancelled', async () => {
      const { id, record } = await published();
      await requested(id, 'request-unpublish', because);
      await decide(record, 'deny');
      expect((await shown(id)).published).toBe(true);
      await requested(id, 'request-unpublish', because);
      await actOn(id, 'cancel-publish-access-record', {});
      expect(await shown(id)).toMatchObject({ published: true, publish_access_record_id: record });
      await requested(id, 'request-unpublish', because);
      await decide(record, 'approve');

      expect(await shown(id)).toMatchObject({ published: false, publish_access_record_id: null });
      expect((await owner(`GET ${records}${record}/`)).body.status).toBe('REMOVED');
    });

    it('is shown to others without a request, by an operator', async () => {
      const { id, record } = await published({ prefer_public: false });
      await decide(record, 'set-visibility', { publicly_published: true });
      expect(await seenByGlobex(id)).toBe(true);
      await decide(record, 'set-visibility', { publicly_published: false });
      expect(await seenByGlobex(id)).toBe(false);

      await requested(id, 'request-public', { ...because, prefer_public: true });
      expectRefusal(await decide(record, 'set-visibility'), 400, /`PENDING_ELEVATION`.*first/);
    });

    it(`is told in the history of the ${what}, and gone with it`, async () => {
      const id = await make();
      const record = await requested(id);
      const { body } = await acme(`GET ${path}${id}/history/?label=publishing`);
      expect(body.results).toMatchObject([{ object_id: id, severity: 'INFO', labels: ['publishing'] }]);
      expect((await acme(`GET ${path}${id}/history-filters/`)).body).toMatchObject({ labels: ['publishing'] });

      await actOn(id, 'cancel-publish-access-record', {});
      expect((await acme(`DELETE ${path}${id}/`, {})).status).toBe(204);
      expectRefusal(await owner(`GET ${records}${record}/`), 404, NOT_FOUND);
    });

    it('of one object has one winner, if many decide at the same time', async () => {
      const record = await requested(await make());
      const answers = await Promise.all(
        ['approve', 'deny', 'approve', 'deny', 'approve', 'deny'].map((action) => decide(record, action)),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400, 400, 400]);
    });
  });

  it('of an image shows in its upload status while it is requested, and takes its new name when it is approved', async () => {
    const id = await server.uploaded();
    const asked = await owner(`PATCH images/${id}/request-publish/`, { ...because, name: 'renamed', version: '2' });
    expect(asked.body).toMatchObject({ upload_status: 'PENDING_PUBLISH', name: 'my-switch' });
    await operator(`PATCH publishing/image-publish-access-records/${asked.body.publish_access_record_id}/approve/`, {});

    expect((await acme(`GET images/${id}/`)).body).toMatchObject({
      upload_status: 'COMPLETE',
      name: 'renamed',
      version: '2',
    });
  });

  it('of an image needs a complete upload', async () => {
    const id = await server.image();
    expectRefusal(await owner(`PATCH images/${id}/request-publish/`, because), 400, /`READY`.*`COMPLETE`/);
  });

  it.each(['description', 'documentation'])('of a demo needs its %s, at once and on request', async (member) => {
    const id = await demo();
    await acme(`PATCH marketplace/demos/${id}/`, { [member]: null });
    const named = new RegExp(`\`${member}\`; set them first`);

    expectRefusal(await owner(`PATCH marketplace/demos/${id}/publish/`, {}), 400, named);
    expectRefusal(await owner(`PATCH marketplace/demos/${id}/request-publish/`, because), 400, named);
  });

  it('of a demo needs a publisher, and sets publisher and tags with the request', async () => {
    const id = await demo('');
    expectRefusal(await owner(`PATCH marketplace/demos/${id}/publish/`, {}), 400, /`publisher`/);
    expectRefusal(await owner(`PATCH marketplace/demos/${id}/request-publish/`, because), 400, /`publisher`/);
    const untagged = { ...because, publisher: 'Acme', tags: [] };
    expectRefusal(await owner(`PATCH marketplace/demos/${id}/request-publish/`, untagged), 400, /`tags`/);
    const given = { ...because, publisher: 'Acme', tags: ['EVPN'] };

    const { body } = await owner(`PATCH marketplace/demos/${id}/request-publish/`, given);
    expect(body).toMatchObject({ publisher: 'Acme', tags: ['evpn'] });
  });

  it('of an image that the seed has requested is decided like any other', async () => {
    const { body } = await operator('GET publishing/image-publish-access-records/?requested_by_email=seed@acme');
    const [{ id, image }] = body.results;
    await operator(`PATCH publishing/image-publish-access-records/${id}/approve/`, {});

    expect((await acme(`GET images/${image}/`)).body.published).toBe(true);
  });

  it('lists featured demos first, then those with a place, unless another order is asked for', async () => {
    const its = await airImagesServer({ air: 'dsx' });
    const manager = await its.withScopes(['air:sre', 'air:marketplace_demo_write', 'air:simulation_create']);
    const made = async (name: string, place: object) => {
      const simulation = (await manager('POST simulations/', { name })).body.id;
      const { body } = await manager('POST marketplace/demos/', { name, tags: ['placed'], simulation });
      await manager(`PATCH marketplace/demos/${body.id}/manage/`, place);
    };
    await made('plain', {});
    await made('second', { order: 7 });
    await made('first', { order: 2 });
    await made('star', { featured: true });
    await made('best', { featured: true, order: 9 });
    const names = async (query: string) =>
      (await manager(`GET marketplace/demos/?tags=placed${query}`)).body.results.map(
        (demo: { name: string }) => demo.name,
      );

    expect(await names('')).toEqual(['best', 'star', 'first', 'second', 'plain']);
    expect(await names('&limit=2&offset=2')).toEqual(['first', 'second']);
    expect(await names('&search=s')).toEqual(['best', 'star', 'first', 'second']);
    expect(await names('&ordering=name')).toEqual(['best', 'first', 'plain', 'second', 'star']);
  });

  it('has the places of demos numbered from 1 in their order, by operators only', async () => {
    const [first, second, unplaced] = [await demo(), await demo(), await demo()];
    await operator(`PATCH marketplace/demos/${first}/manage/`, { order: 20 }).catch(() => undefined);
    for (const [id, order] of [
      [first, 20],
      [second, 5],
    ] as const) {
      await acme(`PATCH marketplace/demos/${id}/publish/`, {});
      expect((await operator(`PATCH marketplace/demos/${id}/manage/`, { order })).status).toBe(200);
    }
    expectRefusal(await owner('PATCH marketplace/demos/tighten-order/', {}), 403, NOT_PERMITTED);
    expect((await operator('PATCH marketplace/demos/tighten-order/', {})).status).toBe(204);

    const orders = await Promise.all(
      [second, first, unplaced].map(async (id) => (await acme(`GET marketplace/demos/${id}/`)).body.order),
    );
    expect(orders).toEqual([1, 2, null]);
  });
});

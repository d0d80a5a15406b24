import { describe, expect, it } from 'vitest';
import {
  type AirCaller,
  airImagesServer,
  expectRefusal,
  NOT_FOUND,
  NOT_PERMITTED,
  UUID,
} from '../../support/air-images.ts';

const server = await airImagesServer();
const dsx = await airImagesServer({ air: 'dsx' });
const { acme, globex } = server;
const DEMOS = 'marketplace/demos/';
const [INACTIVE, ACTIVE, OF_GLOBEX] = [1, 2, 3].map((number) => `7c9d2e41-5b3a-4f68-9d12-3e8f6a0b000${number}`);
const ORDER = { name: 'spine-demo', tags: ['Routing', 'BGP'], simulation: INACTIVE };
const MANAGER_SCOPES = ['air:access', 'air:marketplace_demo_read', 'air:marketplace_demo_write'];

const createDemo = async (overrides: object = {}, caller: AirCaller = acme) => {
  const { status, body } = await caller(`POST ${DEMOS}`, { ...ORDER, ...overrides });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
/** Members that dsx requires before a demo is published. */
const DESCRIBED = { description: 'To try', documentation: '# Try it', publisher: 'Acme' };

const createPublished = async (overrides: object = {}, caller: AirCaller = acme) => {
  const demo = await createDemo({ ...DESCRIBED, ...overrides }, caller);
  expect((await caller(`PATCH ${DEMOS}${demo.id}/publish/`, {})).status).toBe(204);
  return demo;
};
const nodesOf = async (simulation: string, caller: AirCaller) => {
  const { body } = await caller(`GET simulations/nodes/?simulation=${simulation}`);
  return body.results.map(({ name }: { name: string }) => name).toSorted();
};
const countOf = async (caller: AirCaller) => (await caller('GET simulations/')).body.count as number;

describe('a demo', () => {
  it('is created from a simulation, with the default of every missing member', async () => {
    const body = await createDemo();

    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      name: 'spine-demo',
      demo: expect.stringMatching(UUID),
      created: expect.any(String),
      modified: expect.any(String),
      creator: 'air-admin@acme.test',
      tags: ['routing', 'bgp'],
      like_count: 0,
      liked_by_client: false,
      published: false,
      publicly_published: false,
      publisher: '',
      description: null,
      documentation: null,
      repo: null,
      icon: null,
      provision_count: 0,
      demo_simulation_state: 'DEMO',
      expected_resource_usage: { cpu: 3, memory: 3072, storage: 30, compute_hours: 0 },
      publish_access_record_id: null,
      featured: false,
      order: null,
    });
    expect((await acme(`GET ${DEMOS}${body.id}/`)).body).toEqual(body);
  });

  it('copies the simulation with its nodes and does not change it', async () => {
    const { body: before } = await acme(`GET simulations/${INACTIVE}/`);
    const { demo } = await createDemo();

    expect(demo).not.toBe(INACTIVE);
    expect((await acme(`GET simulations/${demo}/`)).body).toMatchObject({ id: demo, state: 'DEMO' });
    expect(await nodesOf(demo, acme)).toEqual(['leaf1', 'leaf2', 'spine1']);
    expect((await acme(`GET simulations/${INACTIVE}/`)).body).toEqual(before);
    expect(await nodesOf(String(INACTIVE), acme)).toEqual(['leaf1', 'leaf2', 'spine1']);
  });

  it('of a running simulation, or of another organisation, is rejected, and nothing is stored', async () => {
    const before = await countOf(acme);

    expectRefusal(await acme(`POST ${DEMOS}`, { ...ORDER, simulation: ACTIVE }), 400, /`ACTIVE`.*`INACTIVE`/);
    expectRefusal(await acme(`POST ${DEMOS}`, { ...ORDER, simulation: OF_GLOBEX }), 400, /`simulation`/);
    expect(await countOf(acme)).toBe(before);
  });

  it('is updated, except for its simulation and its counts', async () => {
    const before = await createDemo();
    const { status, body } = await acme(`PATCH ${DEMOS}${before.id}/`, {
      name: 'renamed',
      tags: ['NEW', 'new'],
      simulation: ACTIVE,
      provision_count: 7,
      published: true,
    });

    expect(status).toBe(200);
    expect(body).toEqual({ ...before, name: 'renamed', tags: ['new'], modified: body.modified });
  });

  it('is deleted with its copy of the simulation', async () => {
    const { id, demo } = await createDemo();

    expect((await acme(`DELETE ${DEMOS}${id}/`, {})).status).toBe(204);
    expectRefusal(await acme(`GET ${DEMOS}${id}/`), 404, NOT_FOUND);
    expectRefusal(await acme(`GET simulations/${demo}/`), 404, NOT_FOUND);
    expect((await acme(`GET simulations/${INACTIVE}/`)).status).toBe(200);
  });
});

describe('publishing a demo', () => {
  it('returns 204, and 400 if it is repeated', async () => {
    const { id } = await createDemo();

    expectRefusal(await acme(`PATCH ${DEMOS}${id}/unpublish/`, {}), 400, /not published/);
    const first = await acme(`PATCH ${DEMOS}${id}/publish/`, {});
    expect({ status: first.status, body: first.body }).toEqual({ status: 204, body: undefined });
    expectRefusal(await acme(`PATCH ${DEMOS}${id}/publish/`, {}), 400, /already/);
    const last = await acme(`PATCH ${DEMOS}${id}/unpublish/`);
    expect({ status: last.status, body: last.body }).toEqual({ status: 204, body: undefined });
    expectRefusal(await acme(`PATCH ${DEMOS}${id}/unpublish/`, {}), 400, /not published/);
  });

  it.each([
    ['PATCH', '', { name: 'mine' }],
    ['DELETE', '', {}],
    ['PATCH', 'publish/', {}],
    ['PATCH', 'unpublish/', {}],
  ])('does not allow changes by others: %s {id}/%s', async (method, action, body) => {
    const { id } = await createPublished();
    const answer = await globex(`${method} ${DEMOS}${id}/${action}`, body);

    expectRefusal(answer, 403, NOT_PERMITTED);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'not_owner' });
    const { fixes } = (await server.call(`GET /_mock/decisions/${answer.decision.id}`)).body;
    expect(fixes).toMatchObject([{ kind: 'identity' }]);
    expect((await acme(`GET ${DEMOS}${id}/`)).body).toMatchObject({ name: 'spine-demo', published: true });
  });

  it('still allows a manager to rename the demo, but not to change its tags or delete it', async () => {
    const { id } = await createPublished();
    const manager = await server.withScopes(MANAGER_SCOPES);

    expect((await manager(`PATCH ${DEMOS}${id}/`, { name: 'renamed' })).body.name).toBe('renamed');
    expectRefusal(await manager(`PATCH ${DEMOS}${id}/`, { tags: ['other'] }), 403, NOT_PERMITTED);
    expectRefusal(await manager(`DELETE ${DEMOS}${id}/`, {}), 403, NOT_PERMITTED);
    expect((await manager(`GET ${DEMOS}${id}/`)).body.tags).toEqual(['routing', 'bgp']);
  });

  it.each([
    ['air:sre', 'acme'],
    ['air:admin', 'globex'],
  ])('allows `%s` of %s to change its tags and delete it', async (scope, org) => {
    const { id } = await createPublished();
    const operator = await server.withScopes([...MANAGER_SCOPES, scope], org);

    const changed = await operator(`PATCH ${DEMOS}${id}/`, { tags: ['Other'] });
    expect({ status: changed.status, tags: changed.body.tags }).toEqual({ status: 200, tags: ['other'] });
    expect((await operator(`DELETE ${DEMOS}${id}/`, {})).status).toBe(204);
  });

  it('can be reverted by `air:sre` of another organisation', async () => {
    const { id } = await createPublished();
    const operator = await server.withScopes(['air:access', 'air:sre', 'air:marketplace_demo_publish'], 'globex');

    expect((await operator(`PATCH ${DEMOS}${id}/unpublish/`, {})).status).toBe(204);
  });
});

describe('provisioning a demo', () => {
  it('creates a simulation of the caller with its nodes and increments `provision_count`', async () => {
    const { id, demo } = await createPublished();
    const { status, body } = await globex(`POST ${DEMOS}${id}/provision/`, {});

    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'spine-demo', state: 'INACTIVE', creator: 'globex-air@globex.test' });
    expect([INACTIVE, demo]).not.toContain(body.id);
    expect((await globex(`GET simulations/${body.id}/`)).body).toEqual(body);
    expect(await nodesOf(body.id, globex)).toEqual(['leaf1', 'leaf2', 'spine1']);
    expectRefusal(await acme(`GET simulations/${body.id}/`), 404, NOT_FOUND);
    expect((await globex(`PATCH simulations/${body.id}/start/`, {})).status).toBe(200);

    expect((await acme(`GET ${DEMOS}${id}/`)).body.provision_count).toBe(1);
    await acme(`POST ${DEMOS}${id}/provision/`);
    expect((await globex(`GET ${DEMOS}${id}/`)).body.provision_count).toBe(2);
  });

  it('accepts a name', async () => {
    const { id } = await createDemo();

    expect((await acme(`POST ${DEMOS}${id}/provision/`, { name: 'ours' })).body.name).toBe('ours');
  });

  it('creates a simulation that remains if the demo is deleted', async () => {
    const { id } = await createDemo();
    const { body } = await acme(`POST ${DEMOS}${id}/provision/`, {});
    await acme(`DELETE ${DEMOS}${id}/`, {});

    expect((await acme(`GET simulations/${body.id}/`)).status).toBe(200);
    expect(await nodesOf(body.id, acme)).toHaveLength(3);
  });
});

it('requesting access to a demo returns 201 the first time and 200 after that', async () => {
  const { id } = await createPublished({}, dsx.acme);
  const first = await dsx.globex(`PATCH ${DEMOS}${id}/request-access/`, {});
  const second = await dsx.globex(`PATCH ${DEMOS}${id}/request-access/`, {});

  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({
    marketplace_demo: id,
    marketplace_demo_name: 'spine-demo',
    requesting_org: 'globex',
  });
  expect({ status: second.status, body: second.body }).toEqual({ status: 200, body: first.body });
  const own = await createDemo({}, dsx.acme);
  expectRefusal(await dsx.globex(`PATCH ${DEMOS}${own.id}/request-access/`, {}), 404, NOT_FOUND);
  expect((await dsx.acme(`PATCH ${DEMOS}${id}/request-access/`)).status).toBe(201);
});

describe('demos in dsx', () => {
  it('are not created with a tag of one character', async () => {
    const before = await countOf(dsx.acme);

    expectRefusal(await dsx.acme(`POST ${DEMOS}`, { ...ORDER, tags: ['good', 'x'] }), 400, /`tags[.\d]*`/);
    expect(await countOf(dsx.acme)).toBe(before);
  });

  it('cannot be changed while they have an open request', async () => {
    const { id } = await createDemo(DESCRIBED, dsx.acme);
    const { body } = await dsx.acme(`PATCH ${DEMOS}${id}/request-publish/`, { justification: 'it is ready' });
    expect(body.publish_access_record_id).toMatch(UUID);

    expectRefusal(await dsx.acme(`PATCH ${DEMOS}${id}/`, { name: 'other' }), 409, /open/);
    expect((await dsx.acme(`GET ${DEMOS}${id}/`)).body.name).toBe('spine-demo');
  });

  it('are managed by operators of any organisation', async () => {
    const { id } = await createPublished({}, dsx.acme);
    const operator = await dsx.withScopes(['air:sre'], 'globex');
    const { status, body } = await operator(`PATCH ${DEMOS}${id}/manage/`, { featured: true, order: 3 });

    expect(status).toBe(200);
    expect(body).toMatchObject({ id, featured: true, order: 3 });
    expect((await operator(`PATCH ${DEMOS}${id}/manage/`, { order: null })).body).toMatchObject({
      featured: true,
      order: null,
    });
  });
});

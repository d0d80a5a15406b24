/** `POST /_mock/worlds` with the header `x-mock-world`, by which a load balancer selects the process of the new world. */
import { describe, expect, it } from 'vitest';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type Request, testServer } from '../../support/server.ts';
import { makeWorld, tokenOf } from '../../support/worlds.ts';

const server = await testServer();

/** @param world the value of the header */
const postWorld = (world: string, body?: object, { headers, ...parts }: Request = {}, path = '') =>
  server.call(`POST ${path}/_mock/worlds`, {
    ...parts,
    headers: { 'x-mock-world': world, ...headers },
    ...(body !== undefined && { body }),
  });
const listIds = async (): Promise<string[]> =>
  (await server.call('GET /_mock/worlds')).body.worlds.map(({ id }: { id: string }) => id);

describe('the header `x-mock-world` of `POST /_mock/worlds`', () => {
  it('is the id of the new world, with and without a body', async () => {
    const created = await postWorld('by-header', { label: 'mine' });
    const withoutBody = await postWorld('without-body');

    expect([created.status, created.body.id, created.body.label]).toEqual([201, 'by-header', 'mine']);
    expect([withoutBody.status, withoutBody.body.id]).toEqual([201, 'without-body']);
    expect(created.body).toMatchObject({ header: { 'x-mock-world': 'by-header' } });
    expect(created.body.url).toMatch(/\/\/[^/]+\/w\/by-header$/);
    expect(await listIds()).toEqual(expect.arrayContaining(['by-header', 'without-body']));
  });

  it('may be equal to the `id` of the body', async () => {
    const { status, body } = await postWorld('twice', { id: 'twice', seed: 'none' });

    expect([status, body.id]).toEqual([201, 'twice']);
  });

  it('must not differ from the `id` of the body', async () => {
    const answer = await postWorld('one', { id: 'other' });

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toBe(
      'Header `x-mock-world` is `one`, but field `id` is `other`. Both are the id of the new world: send the same id in both, or only one of them.',
    );
    const created = await listIds();
    expect(created).not.toContain('one');
    expect(created).not.toContain('other');
  });

  it('returns 409 for a world that exists', async () => {
    await makeWorld(server, { id: 'taken' });
    const taken = await postWorld('taken', {});
    const base = await postWorld('default');

    expect([taken.status, base.status]).toEqual([409, 409]);
    expect(problemDocument(taken)).toContain('The world `taken` already exists');
    expect(problemDocument(base)).toContain('The world `default` already exists');
  });

  it('must not differ from the `id` of the body even if its world exists', async () => {
    await makeWorld(server, { id: 'there' });

    expect((await postWorld('there', { id: 'not-there' })).status).toBe(400);
    expect(await listIds()).not.toContain('not-there');
  });

  it('creates a deleted world again', async () => {
    await makeWorld(server, { id: 'again' });
    await server.call('DELETE /_mock/worlds/again');

    expect((await postWorld('again')).status).toBe(201);
  });

  it.each([
    ['Alice', 'it is `Alice`'],
    ['a_b', 'it is `a_b`'],
    ['-a', 'it is `-a`'],
    ['one, two', 'it is `one, two`'],
    ['x'.repeat(33), `it is \`${'x'.repeat(33)}\``],
    ['', 'it is empty'],
  ])('is rejected as %j', async (world, reason) => {
    const answer = await postWorld(world, {});

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toBe(
      `Header \`x-mock-world\` must be 1 to 32 characters of a-z, 0-9 and inner hyphens; ${reason}.`,
    );
  });

  it('is rejected for the name of a service', async () => {
    const answer = await postWorld('llm');

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toMatch(/^Header `x-mock-world` must not be `llm`, because/);
  });

  it('is not in the error if the body has the same invalid id', async () => {
    const [form, name] = [await postWorld('A_b', { id: 'A_b' }), await postWorld('llm', { id: 'llm' })];

    expect([form.status, name.status]).toEqual([400, 400]);
    expect(problemDocument(form)).toMatch(/^Field `id` must be 1 to 32 characters/);
    expect(problemDocument(name)).toMatch(/^Field `id` must not be `llm`/);
  });

  it('has a case-insensitive name', async () => {
    const { status, body } = await server.call('POST /_mock/worlds', { headers: { 'X-Mock-World': 'any-case' } });

    expect([status, body.id]).toEqual([201, 'any-case']);
  });

  it('is not a use of the world of its value or of the credential', async () => {
    const { cast } = await makeWorld(server, { id: 'quiet' });
    const token = await tokenOf(server.call, cast.runai.users[0].accessKey);
    const readLastUse = async () => (await server.call('GET /_mock/worlds/quiet')).body.lastUsedAt;
    const before = await readLastUse();
    server.clock.set(server.clock.now() + 60_000);

    expect((await postWorld('quiet', {}, { token })).status).toBe(409);
    expect((await postWorld('loud', {}, { token })).status).toBe(201);
    expect(await readLastUse()).toBe(before);
  });

  it('is the id of a copy of a world', async () => {
    await makeWorld(server, { id: 'origin' });
    const { status, body } = await postWorld('copy', { from: { world: 'origin' } });

    expect([status, body.id, body.created]).toEqual([201, 'copy', expect.anything()]);
  });
});

describe('the world in the path or the host name of `POST /_mock/worlds`', () => {
  it.each([
    ['path', '/w/base', {}],
    ['host name', '', { host: 'base.localhost:6625' }],
  ])('takes precedence over the header: in the %s', async (_, path, headers) => {
    await server.call('POST /_mock/worlds', { body: { id: 'base' } });
    const before = await listIds();
    const created = await postWorld('unread', {}, { headers }, path);
    const named = await postWorld('unread', { id: `named-${path.length}` }, { headers }, path);
    const repeated = await postWorld('base', {}, { headers }, path);

    expect([created.status, named.status, repeated.status]).toEqual([201, 201, 201]);
    expect(named.body.id).toBe(`named-${path.length}`);
    const added = (await listIds()).filter((id) => !before.includes(id));
    expect(added.sort()).toEqual([created.body.id, named.body.id, repeated.body.id].sort());
    expect(added).not.toContain('unread');
  });

  it.each([
    ['path', '/w/nowhere', {}],
    ['host name', '', { host: 'nowhere.localhost:6625' }],
  ])('must exist: in the %s', async (_, path, headers) => {
    const answer = await postWorld('new', {}, { headers }, path);

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toContain('There is no world `nowhere`');
    expect(await listIds()).not.toContain('new');
  });
});

describe('the header `x-mock-world` of every other operation', () => {
  it.each([
    ['GET /_mock/worlds', undefined],
    ['GET /_mock/worlds/default', undefined],
    ['DELETE /_mock/worlds/default', undefined],
    ['PUT /_mock/worlds', {}],
    ['POST /_mock/snapshots', {}],
    ['POST /_mock/states', { state: 'a world' }],
  ])('must be an existing world: %s', async (request, body) => {
    const answer = await server.call(request, {
      headers: { 'x-mock-world': 'nowhere' },
      ...(body !== undefined && { body }),
    });

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toContain('There is no world `nowhere`');
  });
});

describe('the creation of a world by the header requires', () => {
  it('the admin token', async () => {
    const guarded = await testServer({ adminToken: 'token-of-this-test' });
    const postGuarded = (headers: Record<string, string>) =>
      guarded.call('POST /_mock/worlds', { headers: { 'x-mock-world': 'guarded', ...headers } });
    const admin = { 'x-mock-admin-token': 'token-of-this-test' };
    const refused = [await postGuarded({}), await postGuarded({ 'x-mock-admin-token': 'wrong' })];
    const { body } = await guarded.call('GET /_mock/worlds', { headers: admin });

    expect(refused.map(({ status }) => status)).toEqual([401, 401]);
    expect(body.worlds).toHaveLength(1);
    expect((await postGuarded(admin)).body.id).toBe('guarded');
  });

  it('the same origin', async () => {
    const { status } = await postWorld('foreign', {}, { headers: { origin: 'https://evil.example' } });

    expect(status).toBe(403);
    expect(await listIds()).not.toContain('foreign');
  });
});

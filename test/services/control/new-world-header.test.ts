/** `POST /_mock/worlds` with the header `x-mock-world`, by which a balancer sends it to the process of the new world. */
import { describe, expect, it } from 'vitest';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type Request, testServer } from '../../support/server.ts';
import { makeWorld, tokenOf } from '../../support/worlds.ts';

const server = await testServer();

/** @param world the header; a body is sent only if one is given */
const create = (world: string, body?: object, { headers, ...parts }: Request = {}, path = '') =>
  server.call(`POST ${path}/_mock/worlds`, {
    ...parts,
    headers: { 'x-mock-world': world, ...headers },
    ...(body !== undefined && { body }),
  });
const ids = async (): Promise<string[]> =>
  (await server.call('GET /_mock/worlds')).body.worlds.map(({ id }: { id: string }) => id);

describe('the header `x-mock-world` of `POST /_mock/worlds`', () => {
  it('is the id of the new world, with and without a body', async () => {
    const made = await create('by-header', { label: 'mine' });
    const bare = await create('without-body');

    expect([made.status, made.body.id, made.body.label]).toEqual([201, 'by-header', 'mine']);
    expect([bare.status, bare.body.id]).toEqual([201, 'without-body']);
    expect(made.body).toMatchObject({ header: { 'x-mock-world': 'by-header' } });
    expect(made.body.url).toMatch(/\/\/[^/]+\/w\/by-header$/);
    expect(await ids()).toEqual(expect.arrayContaining(['by-header', 'without-body']));
  });

  it('may repeat the `id` of the body', async () => {
    const { status, body } = await create('twice', { id: 'twice', seed: 'none' });

    expect([status, body.id]).toEqual([201, 'twice']);
  });

  it('must not differ from the `id` of the body', async () => {
    const answer = await create('one', { id: 'other' });

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toBe(
      'Header `x-mock-world` is `one`, but field `id` is `other`. Both are the id of the new world: send the same id in both, or only one of them.',
    );
    const made = await ids();
    expect(made).not.toContain('one');
    expect(made).not.toContain('other');
  });

  it('does not name the world of the request: a world that exists is a conflict', async () => {
    await makeWorld(server, { id: 'taken' });
    const taken = await create('taken', {});
    const base = await create('default');

    expect([taken.status, base.status]).toEqual([409, 409]);
    expect(problemDocument(taken)).toContain('The world `taken` already exists');
    expect(problemDocument(base)).toContain('The world `default` already exists');
  });

  it('must not differ from the `id` of the body if its world exists, either', async () => {
    await makeWorld(server, { id: 'there' });

    expect((await create('there', { id: 'not-there' })).status).toBe(400);
    expect(await ids()).not.toContain('not-there');
  });

  it('makes a deleted world again', async () => {
    await makeWorld(server, { id: 'again' });
    await server.call('DELETE /_mock/worlds/again');

    expect((await create('again')).status).toBe(201);
  });

  it.each([
    ['Alice', 'it is `Alice`'],
    ['a_b', 'it is `a_b`'],
    ['-a', 'it is `-a`'],
    ['one, two', 'it is `one, two`'],
    ['x'.repeat(33), `it is \`${'x'.repeat(33)}\``],
    ['', 'it is empty'],
  ])('is refused as %j', async (world, said) => {
    const answer = await create(world, {});

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toBe(
      `Header \`x-mock-world\` must be 1 to 32 characters of a-z, 0-9 and inner hyphens; ${said}.`,
    );
  });

  it('is refused for the name of a service', async () => {
    const answer = await create('llm');

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toMatch(/^Header `x-mock-world` must not be `llm`, because/);
  });

  it('is not what is refused if the body has the same id', async () => {
    const [form, name] = [await create('A_b', { id: 'A_b' }), await create('llm', { id: 'llm' })];

    expect([form.status, name.status]).toEqual([400, 400]);
    expect(problemDocument(form)).toMatch(/^Field `id` must be 1 to 32 characters/);
    expect(problemDocument(name)).toMatch(/^Field `id` must not be `llm`/);
  });

  it('has a name in any case', async () => {
    const { status, body } = await server.call('POST /_mock/worlds', { headers: { 'X-Mock-World': 'any-case' } });

    expect([status, body.id]).toEqual([201, 'any-case']);
  });

  it('leads to no other world, nor does a credential beside it', async () => {
    const { cast } = await makeWorld(server, { id: 'quiet' });
    const token = await tokenOf(server.call, cast.runai.users[0].accessKey);
    const lastUse = async () => (await server.call('GET /_mock/worlds/quiet')).body.lastUsedAt;
    const before = await lastUse();
    server.clock.set(server.clock.now() + 60_000);

    expect((await create('quiet', {}, { token })).status).toBe(409);
    expect((await create('loud', {}, { token })).status).toBe(201);
    expect(await lastUse()).toBe(before);
  });

  it('copies a world as the body alone does', async () => {
    await makeWorld(server, { id: 'origin' });
    const { status, body } = await create('copy', { from: { world: 'origin' } });

    expect([status, body.id, body.created]).toEqual([201, 'copy', expect.anything()]);
  });
});

describe('the world in the path or the host name of `POST /_mock/worlds`', () => {
  it.each([
    ['path', '/w/base', {}],
    ['host name', '', { host: 'base.localhost:6625' }],
  ])('takes precedence as a %s: the header is not read', async (_, path, headers) => {
    await server.call('POST /_mock/worlds', { body: { id: 'base' } });
    const before = await ids();
    const made = await create('unread', {}, { headers }, path);
    const named = await create('unread', { id: `named-${path.length}` }, { headers }, path);
    const repeated = await create('base', {}, { headers }, path);

    expect([made.status, named.status, repeated.status]).toEqual([201, 201, 201]);
    expect(named.body.id).toBe(`named-${path.length}`);
    const added = (await ids()).filter((id) => !before.includes(id));
    expect(added.sort()).toEqual([made.body.id, named.body.id, repeated.body.id].sort());
    expect(added).not.toContain('unread');
  });

  it.each([
    ['path', '/w/nowhere', {}],
    ['host name', '', { host: 'nowhere.localhost:6625' }],
  ])('must exist as a %s, whatever the header says', async (_, path, headers) => {
    const answer = await create('new', {}, { headers }, path);

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toContain('There is no world `nowhere`');
    expect(await ids()).not.toContain('new');
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
  ])('names an existing world: %s', async (request, body) => {
    const answer = await server.call(request, {
      headers: { 'x-mock-world': 'nowhere' },
      ...(body !== undefined && { body }),
    });

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toContain('There is no world `nowhere`');
  });
});

describe('a new world in the header is made only for those who may make worlds', () => {
  it('with the admin token', async () => {
    const guarded = await testServer({ adminToken: 'token-of-this-test' });
    const post = (headers: Record<string, string>) =>
      guarded.call('POST /_mock/worlds', { headers: { 'x-mock-world': 'guarded', ...headers } });
    const admin = { 'x-mock-admin-token': 'token-of-this-test' };
    const refused = [await post({}), await post({ 'x-mock-admin-token': 'wrong' })];
    const { body } = await guarded.call('GET /_mock/worlds', { headers: admin });

    expect(refused.map(({ status }) => status)).toEqual([401, 401]);
    expect(body.worlds).toHaveLength(1);
    expect((await post(admin)).body.id).toBe('guarded');
  });

  it('from no other web page', async () => {
    const { status } = await create('foreign', {}, { headers: { origin: 'https://evil.example' } });

    expect(status).toBe(403);
    expect(await ids()).not.toContain('foreign');
  });
});

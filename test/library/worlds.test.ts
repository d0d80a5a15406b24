/** Worlds of a mock, as the library creates them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  connect,
  decisionOf,
  type Mock,
  MockError,
  startMock,
  type World,
  type WorldOptions,
} from '../../src/index.ts';
import { emptyFolder } from '../support/folder.ts';
import { bearer, LISTENING } from '../support/library.ts';
import { claimsOf } from '../support/worlds.ts';

describe.each(LISTENING)('a world of the library, %s', (_, listen) => {
  let mock: Mock;
  let world: World;
  beforeAll(async () => {
    mock = await startMock({ listen, alias: ['mock'] });
    world = await mock.world({ id: 'one' });
  });
  afterAll(() => mock.stop());
  /** Sends a request as any HTTP client does. */
  const send: World['fetch'] = (input, init) => (listen ? fetch(input, init) : mock.fetch(input, init));

  it('has every member of a mock', () => {
    expect(Object.keys(world).sort()).toEqual(Object.keys(mock).sort());
    expectTypeOf(mock).toExtend<World>();
    expect(world).toMatchObject({ id: 'one', url: `${mock.url}/w/one`, posture: mock.posture, ambiguous: [] });
    expect(world.hostUrl).toMatch(/^http:\/\/one\.localhost(:\d+)?$/);
    expect(mock.hostUrl).toMatch(/^http:\/\/default\.localhost(:\d+)?$/);
    expect([mock.id, mock.created, world.created]).toEqual(['default', null, null]);
  });

  it('has its own credentials, and the users of the mock', () => {
    expect(world.cast.runai.users.map(({ email }) => email)).toEqual(mock.cast.runai.users.map(({ email }) => email));
    expect(world.key('nvcf-deployer')).not.toBe(mock.key('nvcf-deployer'));
    expect(world.cast.runai.applications[0]?.clientId).toBe('ci-app-one');
  });

  it('responds below its URL, and at the URL of the mock to its credentials', async () => {
    const listFunctions = (url: string) => send(`${url}/v2/nvcf/functions`, bearer(world.key('nvcf-deployer')));
    const below = await listFunctions(world.url);
    const plain = await listFunctions(mock.url);
    const ids = (await world.decisions.list()).map(({ id }) => id);

    expect([below.status, plain.status]).toEqual([200, 200]);
    expect(ids).toEqual(expect.arrayContaining([decisionOf(below)?.id, decisionOf(plain)?.id]));
    expect(await mock.decisions.list()).toEqual([]);
  });

  it('fetches paths and URLs of any host from itself', async () => {
    const fetchIssuer = async (input: string | URL | Request) => {
      const answer = await world.fetch(input);
      return ((await answer.json()) as { issuer: string }).issuer;
    };
    const discovery = '/auth/realms/acme/.well-known/openid-configuration';
    const key = bearer(world.key('air-admin'));
    const otherHost = await world.fetch(new Request('https://air.nvidia.com/api/v3/simulations/', key));
    const anonymous = await world.fetch('https://acme.run.ai/api/v1/users');
    await expect(world.fetch('http://')).rejects.toThrow('Invalid URL');

    expect(await fetchIssuer(`${world.hostUrl}${discovery}`)).toBe(`${world.hostUrl}/auth/realms/acme`);
    expect(await fetchIssuer(discovery)).toBe(`${world.url}/auth/realms/acme`);
    expect(await fetchIssuer(`${world.url}${discovery}`)).toBe(`${world.url}/auth/realms/acme`);
    expect(await fetchIssuer(`/w/one${discovery}`)).toBe(`${world.url}/auth/realms/acme`);
    expect(await fetchIssuer(new URL(`http://acme.run.ai${discovery}`))).toBe('http://acme.run.ai/auth/realms/acme');
    expect((await world.decisions.get(decisionOf(otherHost)?.id ?? '')).effect).toBe('allow');
    expect((await world.decisions.get(decisionOf(anonymous)?.id ?? '')).reason).toBe('no_token');
  });

  it('fetches from the world in the header `x-mock-world`', async () => {
    await using otherWorld = await mock.world();
    await world.fetch('https://acme.run.ai/api/v1/users', { headers: { 'x-mock-world': otherWorld.id } });

    expect(await otherWorld.decisions.list()).toMatchObject([{ operation: 'get_users', reason: 'no_token' }]);
  });

  it('sends methods, headers and bodies', async () => {
    const token = await world.getToken();
    const created = await world.fetch('/api/v1/access-keys', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'mine' }),
    });

    expect(created.status).toBe(201);
    expect(claimsOf(token)).toMatchObject({
      iss: `${world.url}/auth/realms/acme`,
      sid: expect.stringMatching(/\.one$/),
    });
  });

  it('is also created through another world, without being nested in it', async () => {
    await using second = await world.world({ id: 'second', ttl: 'never' });

    expect(second.url).toBe(`${mock.url}/w/second`);
    expect((await world.worlds.list()).map(({ id }) => id)).toEqual(['default', 'one', 'second']);
    expect(await mock.worlds.get('second')).toMatchObject({ ttl: 'never', expiresAt: null, credentials: 'own' });
  });

  it('rejects an invalid snapshot and a missing key name with a helpful message', async () => {
    const taken = await world.snapshots.take();

    await expect(world.snapshots.restore(taken as unknown as string)).rejects.toThrow(
      'restore takes the id of a snapshot',
    );
    expect(() => world.key(undefined as unknown as string)).toThrow('key takes the name of a key');
    await world.snapshots.delete(taken.id);
  });

  it('restores snapshots, and can be copied from one with its new keys', async () => {
    await using ownWorld = await mock.world({ id: `copied-${listen}` });
    const key = await ownWorld.keys.create({
      type: 'service',
      name: 'made',
      services: ['air'],
      scopes: ['air:access', 'air:simulation_read'],
    });
    const first = await ownWorld.snapshots.take('first');
    await ownWorld.clock.advance('1h');
    await ownWorld.keys.delete(key.id);
    const second = await ownWorld.snapshots.take();
    const listed = await ownWorld.snapshots.list();
    await using copy = await mock.world({ from: { snapshot: first.id } });
    const { now } = await ownWorld.snapshots.restore(first.id);

    const ran = Date.parse(now) - Date.parse(first.at);
    expect(ran >= 0 && ran < 60_000, `${first.at}, restored ${now}`).toBe(true);
    expect(first).toMatchObject({ name: 'first', world: ownWorld.id });
    expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining([first.id, second.id]));
    expect(await ownWorld.snapshots.get(second.id)).toEqual(second);
    expect((await ownWorld.keys.get(key.id)).name).toBe('made');
    expect(copy.created?.keys).toMatchObject([{ id: key.id, name: 'made', org: 'acme' }]);
    const renewed = bearer(copy.created?.keys[0]?.key ?? '');
    expect((await copy.fetch('/api/v3/simulations/', renewed)).status).toBe(200);
    await ownWorld.snapshots.delete(first.id);
    await ownWorld.snapshots.delete(second.id);
    await expect(ownWorld.snapshots.restore(first.id)).rejects.toThrow(first.id);
  });

  it('ends with its block, and later calls report that it no longer exists', async () => {
    let deleted: World;
    {
      await using ownWorld = await mock.world({ id: 'gone' });
      deleted = ownWorld;
      expect((await ownWorld.fetch('/_mock/health')).status).toBe(200);
    }
    const answer = await deleted.fetch('/api/v1/users');
    const refused = await mock.fetch('/api/v3/simulations/', bearer(deleted.key('owner')));

    expect(answer.status).toBe(404);
    expect(((await answer.json()) as { detail: string }).detail).toContain('The world `gone` no longer exists');
    await expect(deleted.clock.now()).rejects.toThrow('The world `gone` no longer exists: it was deleted');
    await expect(deleted.getToken()).rejects.toBeInstanceOf(MockError);
    expect(decisionOf(refused)?.reason).toBe('world_gone');
  });

  it('can be stopped repeatedly, also after it was deleted or the mock was stopped', async () => {
    const world1 = await mock.world();
    await Promise.all([world1.stop(), world1.stop()]);
    await world1.stop();
    const deleted = await mock.world({ id: 'deleted' });
    await mock.worlds.delete('deleted');
    await deleted.stop();
    const next = await mock.world({ id: 'deleted' });
    await deleted.stop();

    expect((await next.clock.now()).ahead).toBe('PT0S');
    const otherMock = await startMock({ listen });
    const orphan = await otherMock.world();
    await otherMock.stop();
    await orphan.stop();
    await expect(orphan.clock.now()).rejects.toThrow('The mock has been stopped');
    await expect(mock.worlds.delete('default')).rejects.toThrow('The default world cannot be deleted');
  });
});

describe('the seed of a new world', () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock({ listen: false });
  });
  afterAll(() => mock.stop());

  it('may be a value, a name or a file', async () => {
    const folder = await emptyFolder();
    const tenant = (id: number) => ({ runai: { tenant: { id, name: 'umbrella', realm: 'umbrella' } } });
    await writeFile(join(folder, 'base.json'), JSON.stringify({ extends: 'builtin', ...tenant(8) }));
    await writeFile(
      join(folder, 'seed.yaml'),
      'extends: ./base.json\nrunai:\n  users: [{email: eve@acme.test, role: null}]\n',
    );
    const seeds: readonly WorldOptions['seed'][] = [
      tenant(7),
      'none',
      'builtin',
      null,
      join(folder, 'base.json'),
      join(folder, 'seed.yaml'),
    ];
    const worlds = await Promise.all(seeds.map((seed) => mock.world({ seed: seed as null })));
    const [value, none, builtIn, unset, base, extended] = worlds.map(({ cast }) => cast);
    await Promise.all(worlds.map((world) => world.stop()));

    expect([value?.runai.tenant.id, base?.runai.tenant.id, extended?.runai.tenant.id]).toEqual([7, 8, 8]);
    expect(none).toEqual({});
    expect(builtIn?.runai.users).toHaveLength(mock.cast.runai.users.length);
    expect(unset?.runai.users).toHaveLength(mock.cast.runai.users.length);
    expect(extended?.runai.users.map(({ email }) => email)).toEqual([
      ...mock.cast.runai.users.map(({ email }) => email),
      'eve@acme.test',
    ]);
  });

  it('and other options are rejected before a world is created', async () => {
    const folder = await emptyFolder();
    const file = join(folder, 'bad.yaml');
    await writeFile(file, 'extends: builtin\nrunay: {}\n');
    await mock.world({ id: 'one' });
    const before = await mock.worlds.list();

    await expect(mock.world({ seed: file })).rejects.toThrow(
      /the option `seed` .*bad\.yaml cannot be used:\s+line 2: .*`runai`/,
    );
    await expect(mock.world({ seed: '/nothing.yaml' })).rejects.toThrow(
      'the option `seed` /nothing.yaml cannot be read',
    );
    await expect(mock.world({ seed: 'builtins' })).rejects.toThrow('Or use `builtin`');
    await expect(mock.world({ id: 'one' })).rejects.toThrow('The world `one` already exists');
    await expect(mock.world({ credential: 'own' } as WorldOptions)).rejects.toThrow('credentials');
    await expect(mock.world({ from: { world: 'x' }, seed: 'none' })).rejects.toThrow('`seed`');
    expect(await mock.worlds.list()).toHaveLength(before.length);
  });
});

describe('the control API of a world on another server', () => {
  it('is created from the id or the URL of the world, and creates worlds', async () => {
    await using mock = await startMock({ adminToken: 'admin-token-of-this-test' });
    const adminToken = 'admin-token-of-this-test';
    const world = await connect(mock.url, { adminToken }).worlds.create({ credentials: 'own' });
    const byId = connect(mock.url, { adminToken, world: world.id });
    const byUrl = connect(`${world.url}/`, { adminToken });
    await byId.clock.advance('3h');
    const token = await byId.getToken('ci-bot');

    expect((await byUrl.clock.now()).ahead).toBe('PT3H');
    const cast = await byUrl.readCast();
    expect(cast).toMatchObject(world.cast);
    expect(cast.runai.users[0]?.bearer).toMatch(/^eyJ/);
    expect(world.cast.runai.users[0], 'nine signatures are not made for each world').not.toHaveProperty('bearer');
    expect(claimsOf(token).sid).toMatch(new RegExp(`\\.${world.id}$`));
    expect((await mock.clock.now()).ahead).toBe('PT0S');
    await byUrl.worlds.delete(world.id);
    await expect(byId.clock.now()).rejects.toThrow(`The world \`${world.id}\` no longer exists`);
    await expect(connect(mock.url, { adminToken, world: 'no/where' }).clock.now()).rejects.toThrow(
      'No world can have the id',
    );
  });
});

/** Worlds of a mock, as programs make them. */
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
import { createSwitchboard } from '../../src/library/client.ts';
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
  /** As a client of any kind sends it. */
  const send: World['fetch'] = (input, init) => (listen ? fetch(input, init) : mock.fetch(input, init));

  it('has everything that a mock has', () => {
    expect(Object.keys(world).sort()).toEqual(Object.keys(mock).sort());
    expectTypeOf(mock).toExtend<World>();
    expect(world).toMatchObject({ id: 'one', url: `${mock.url}/w/one`, posture: mock.posture, ambiguous: [] });
    expect(world.hostUrl).toMatch(/^http:\/\/one\.localhost(:\d+)?$/);
    expect(mock.hostUrl).toMatch(/^http:\/\/default\.localhost(:\d+)?$/);
    expect([mock.id, mock.created, world.created]).toEqual(['default', null, null]);
  });

  it('has credentials of its own, and the people of the mock', () => {
    expect(world.cast.runai.users.map(({ email }) => email)).toEqual(mock.cast.runai.users.map(({ email }) => email));
    expect(world.key('nvcf-deployer')).not.toBe(mock.key('nvcf-deployer'));
    expect(world.cast.runai.applications[0]?.clientId).toBe('ci-app-one');
  });

  it('answers below its URL, and by its credentials at the URL of the mock', async () => {
    const at = (url: string) => send(`${url}/v2/nvcf/functions`, bearer(world.key('nvcf-deployer')));
    const below = await at(world.url);
    const plain = await at(mock.url);
    const ids = (await world.decisions.list()).map(({ id }) => id);

    expect([below.status, plain.status]).toEqual([200, 200]);
    expect(ids).toEqual(expect.arrayContaining([decisionOf(below)?.id, decisionOf(plain)?.id]));
    expect(await mock.decisions.list()).toEqual([]);
  });

  it('fetches a path below itself, and a URL of any host name in itself', async () => {
    const issuerOf = async (input: string | URL | Request) => {
      const answer = await world.fetch(input);
      return ((await answer.json()) as { issuer: string }).issuer;
    };
    const discovery = '/auth/realms/acme/.well-known/openid-configuration';
    const key = bearer(world.key('air-admin'));
    const elsewhere = await world.fetch(new Request('https://air.nvidia.com/api/v3/simulations/', key));
    const anonymous = await world.fetch('https://acme.run.ai/api/v1/users');
    await expect(world.fetch('http://')).rejects.toThrow('Invalid URL');

    expect(await issuerOf(`${world.hostUrl}${discovery}`)).toBe(`${world.hostUrl}/auth/realms/acme`);
    expect(await issuerOf(discovery)).toBe(`${world.url}/auth/realms/acme`);
    expect(await issuerOf(`${world.url}${discovery}`)).toBe(`${world.url}/auth/realms/acme`);
    expect(await issuerOf(`/w/one${discovery}`)).toBe(`${world.url}/auth/realms/acme`);
    expect(await issuerOf(new URL(`http://acme.run.ai${discovery}`))).toBe('http://acme.run.ai/auth/realms/acme');
    expect((await world.decisions.get(decisionOf(elsewhere)?.id ?? '')).effect).toBe('allow');
    expect((await world.decisions.get(decisionOf(anonymous)?.id ?? '')).reason).toBe('no_token');
  });

  it('fetches from the world that a header of the request names', async () => {
    await using other = await mock.world();
    await world.fetch('https://acme.run.ai/api/v1/users', { headers: { 'x-mock-world': other.id } });

    expect(await other.decisions.list()).toMatchObject([{ operation: 'get_users', reason: 'no_token' }]);
  });

  it('sends methods, headers and bodies', async () => {
    const token = await world.getToken();
    const made = await world.fetch('/api/v1/access-keys', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'mine' }),
    });

    expect(made.status).toBe(201);
    expect(claimsOf(token)).toMatchObject({
      iss: `${world.url}/auth/realms/acme`,
      sid: expect.stringMatching(/\.one$/),
    });
  });

  it('has a switchboard and a clock of its own', async () => {
    await using own = await mock.world();
    await own.clock.advance('2h');
    await own.propagation.set({ mode: 'fixed', delay: '5m' });
    const key = await own.keys.create({ type: 'service', name: 'k', services: ['air'], scopes: ['air:access'] });
    const keys = async (of: World) => (await of.keys.list()).map(({ id }) => id);

    expect([(await own.clock.now()).ahead, (await mock.clock.now()).ahead]).toEqual(['PT2H', 'PT0S']);
    expect((await world.propagation.get()).mode).toBe('off');
    expect([(await keys(own)).includes(key.id), (await keys(mock)).includes(key.id)]).toEqual([true, false]);
    await own.reset();
    expect([(await own.clock.now()).ahead, (await keys(own)).includes(key.id)]).toEqual(['PT0S', false]);
    expect(own.key('owner')).toMatch(/^nvapi-/);
    expect((await own.fetch('/api/v3/simulations/', bearer(own.key('owner')))).status).toBe(200);
  });

  it('is made by another world as well: they do not stand in one another', async () => {
    await using second = await world.world({ id: 'second', ttl: 'never' });

    expect(second.url).toBe(`${mock.url}/w/second`);
    expect((await world.worlds.list()).map(({ id }) => id)).toEqual(['default', 'one', 'second']);
    expect(await mock.worlds.get('second')).toMatchObject({ ttl: 'never', expiresAt: null, credentials: 'own' });
  });

  it('takes the credentials of the seed, and tells which are in several worlds', async () => {
    await using shared = await mock.world({ credentials: 'cast' });
    const keyId = mock.cast.ngc.keys[0]?.id;

    expect(await shared.readCast()).toEqual(mock.cast);
    expect(shared.ambiguous).toEqual(expect.arrayContaining([keyId, 'ci-app']));
  });

  it('says what to give in place of a snapshot, and of a key without a name', async () => {
    const taken = await world.snapshot();

    await expect(world.restore(taken as unknown as string)).rejects.toThrow('restore takes the id of a snapshot');
    expect(() => world.key(undefined as unknown as string)).toThrow('key takes the name of a key');
    await world.snapshots.delete(taken.id);
  });

  it('goes back to snapshots, gives them as files, and is copied with what was made in it', async () => {
    await using own = await mock.world({ id: `copied-${listen}` });
    const key = await own.keys.create({
      type: 'service',
      name: 'made',
      services: ['air'],
      scopes: ['air:access', 'air:simulation_read'],
    });
    const first = await own.snapshot('first');
    await own.clock.advance('1h');
    await own.keys.delete(key.id);
    const second = await own.snapshots.take();
    const listed = await own.snapshots.list();
    await using copy = await mock.world({ from: { snapshot: first.id } });
    const { now } = await own.restore(first.id);
    const bytes = await own.snapshots.download(first.id);
    const snapshot = join(await emptyFolder(), 'first.ndjson');
    await writeFile(snapshot, bytes);
    await using opened = await startMock({ listen: false, snapshot });
    await using other = await startMock({ listen: false });
    const uploaded = await other.snapshots.upload(bytes);

    const ran = Date.parse(now) - Date.parse(first.at);
    expect(ran >= 0 && ran < 60_000, `${first.at}, restored ${now}`).toBe(true);
    expect(first).toMatchObject({ name: 'first', world: own.id });
    expect(bytes.length).toBeGreaterThan(first.bytes);
    expect(uploaded).toMatchObject({ id: first.id, name: 'first', world: own.id, at: first.at });
    await expect(other.snapshots.upload(bytes)).rejects.toThrow(`The snapshot \`${first.id}\` already exists`);
    expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining([first.id, second.id]));
    expect(await own.snapshots.get(second.id)).toEqual(second);
    expect((await own.keys.get(key.id)).name).toBe('made');
    expect(copy.created?.keys).toMatchObject([{ id: key.id, name: 'made', org: 'acme' }]);
    const renewed = bearer(copy.created?.keys[0]?.key ?? '');
    expect((await copy.fetch('/api/v3/simulations/', renewed)).status).toBe(200);
    expect((await opened.fetch('/api/v3/simulations/', bearer(key.key))).status).toBe(200);
    await own.snapshots.delete(first.id);
    await own.snapshots.delete(second.id);
    await expect(own.restore(first.id)).rejects.toThrow(first.id);
  });

  it('ends at the end of its block, and its calls say that it is gone', async () => {
    let gone: World;
    {
      await using own = await mock.world({ id: 'gone' });
      gone = own;
      expect((await own.fetch('/_mock/health')).status).toBe(200);
    }
    const answer = await gone.fetch('/api/v1/users');
    const refused = await mock.fetch('/api/v3/simulations/', bearer(gone.key('owner')));

    expect(answer.status).toBe(404);
    expect(((await answer.json()) as { detail: string }).detail).toContain('The world `gone` no longer exists');
    await expect(gone.clock.now()).rejects.toThrow('The world `gone` no longer exists: it was deleted');
    await expect(gone.getToken()).rejects.toBeInstanceOf(MockError);
    expect(decisionOf(refused)?.reason).toBe('world_gone');
  });

  it('is stopped as often as one likes, also when somebody else deleted it, or the mock was stopped', async () => {
    const twice = await mock.world();
    await Promise.all([twice.stop(), twice.stop()]);
    await twice.stop();
    const deleted = await mock.world({ id: 'deleted' });
    await mock.worlds.delete('deleted');
    await deleted.stop();
    const next = await mock.world({ id: 'deleted' });
    await deleted.stop();

    expect((await next.clock.now()).ahead).toBe('PT0S');
    const other = await startMock({ listen });
    const orphan = await other.world();
    await other.stop();
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

  it('may be a value, a name and a file', async () => {
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
    const [value, none, builtIn, left, base, extended] = worlds.map(({ cast }) => cast);
    await Promise.all(worlds.map((one) => one.stop()));

    expect([value?.runai.tenant.id, base?.runai.tenant.id, extended?.runai.tenant.id]).toEqual([7, 8, 8]);
    expect(none).toEqual({});
    expect(builtIn?.runai.users).toHaveLength(mock.cast.runai.users.length);
    expect(left?.runai.users).toHaveLength(mock.cast.runai.users.length);
    expect(extended?.runai.users.map(({ email }) => email)).toEqual([
      ...mock.cast.runai.users.map(({ email }) => email),
      'eve@acme.test',
    ]);
  });

  it('and other options are refused if nothing can be made of them, before anything is made', async () => {
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

describe('the id of a new world', () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock({ listen: false });
  });
  afterAll(() => mock.stop());
  /** A switchboard, and what it sends to make worlds. */
  const recording = (root = '') => {
    const sent: { readonly id: unknown; readonly header: string | null }[] = [];
    const board = createSwitchboard((path, init) => {
      const { id } = JSON.parse(String(init?.body));
      sent.push({ id, header: new Headers(init?.headers).get('x-mock-world') });
      return mock.fetch(`${root}${path}`, init);
    });
    return { sent, board };
  };

  it('is chosen by the library, another one for each world, and is also in the header by which balancers select', async () => {
    const { sent, board } = recording();
    const made = [await board.worlds.create(), await board.worlds.create({ id: undefined as never, label: 'mine' })];

    expect(made[1]?.label).toBe('mine');
    expect(sent).toEqual(made.map(({ id }) => ({ id, header: id })));
    expect(made[0]?.id).toMatch(/^w-[0-9a-f]{12}$/);
    expect(made[1]?.id).toMatch(/^w-[0-9a-f]{12}$/);
    expect(made[0]?.id).not.toBe(made[1]?.id);
    expect((await mock.world()).id).toMatch(/^w-[0-9a-f]{12}$/);
  });

  it('may be given', async () => {
    const { sent, board } = recording();
    const order = { id: 'given' };

    expect((await board.worlds.create(order)).id).toBe('given');
    expect(sent).toEqual([{ id: 'given', header: 'given' }]);
    expect(order).toEqual({ id: 'given' });
  });

  it('is also sent below the path of another world', async () => {
    const { sent, board } = recording('/w/default');

    expect((await board.worlds.create({ id: 'below' })).id).toBe('below');
    expect(sent).toEqual([{ id: 'below', header: 'below' }]);
  });

  it.each(['Not an id', 'ö', 'two\nlines', '漢字', ''])('is refused by the server if it is %j', async (id) => {
    const { sent, board } = recording();

    await expect(board.worlds.create({ id })).rejects.toThrow('Field `id` must be 1 to 32 characters');
    expect(sent).toEqual([{ id, header: null }]);
  });

  it('is refused by the server if it is the name of a service', async () => {
    await expect(recording().board.worlds.create({ id: 'llm' })).rejects.toThrow('Field `id` must not be `llm`');
  });
});

describe('the switchboard of a world of a server elsewhere', () => {
  it('is found by the id of the world, or by its URL, and makes worlds', async () => {
    await using mock = await startMock({ adminToken: 'admin-token-of-this-test' });
    const adminToken = 'admin-token-of-this-test';
    const made = await connect(mock.url, { adminToken }).worlds.create({ credentials: 'own' });
    const byId = connect(mock.url, { adminToken, world: made.id });
    const byUrl = connect(`${made.url}/`, { adminToken });
    await byId.clock.advance('3h');
    const token = await byId.getToken('ci-bot');

    expect((await byUrl.clock.now()).ahead).toBe('PT3H');
    const cast = await byUrl.readCast();
    expect(cast).toMatchObject(made.cast);
    expect(cast.runai.users[0]?.bearer).toMatch(/^eyJ/);
    expect(made.cast.runai.users[0], 'nine signatures are not made for each world').not.toHaveProperty('bearer');
    expect(claimsOf(token).sid).toMatch(new RegExp(`\\.${made.id}$`));
    expect((await mock.clock.now()).ahead).toBe('PT0S');
    await byUrl.worlds.delete(made.id);
    await expect(byId.clock.now()).rejects.toThrow(`The world \`${made.id}\` no longer exists`);
    await expect(connect(mock.url, { adminToken, world: 'no/where' }).clock.now()).rejects.toThrow(
      'No world can have the id',
    );
  });
});

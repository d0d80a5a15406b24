import { describe, expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { type TestServer, testServer } from '../../support/server.ts';

interface Difference {
  readonly collection: string;
  readonly id: string;
  readonly name: string;
  readonly partOf: string | null;
  readonly change: string;
  readonly members: readonly { readonly member: string; readonly one: string | null; readonly other: string | null }[];
}

/** Every text in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

async function pairOf(server: TestServer, names: readonly [string, string], body: object = {}) {
  const casts: unknown[] = [];
  for (const id of names) casts.push((await server.call('POST /_mock/worlds', { body: { id, ...body } })).body.cast);
  const [one, other] = names;
  const compare = async (query = '') =>
    (await server.call(`GET /_mock/compare?one=${one}&other=${other}${query}`)).body;
  return { compare, casts, differences: async (): Promise<Difference[]> => (await compare()).differences };
}

describe('the comparison of two worlds', async () => {
  const server = await testServer();

  it('finds nothing between worlds that were made alike, whose credentials differ', async () => {
    const { compare } = await pairOf(server, ['alike-1', 'alike-2']);
    expect(await compare()).toMatchObject({
      one: { kind: 'world', id: 'alike-1', world: 'alike-1', label: null },
      other: { kind: 'world', id: 'alike-2' },
      differences: [],
      total: 0,
      next: null,
    });
  });

  it('takes clocks for equal that show other times, which are told besides, and faults that have counted', async () => {
    await server.call('POST /_mock/worlds', { body: { id: 'counting' } });
    const fault = { match: { operation: 'listFunctions' }, do: { delay: '1ms' } };
    expect((await server.call('POST /w/counting/_mock/faults', { body: fault })).status).toBe(201);
    const { id } = (await server.call('POST /w/counting/_mock/snapshots', { body: {} })).body;
    await server.call('GET /w/counting/v2/nvcf/functions');
    await server.call('POST /w/counting/_mock/clock/advance', { body: { by: '1h' } });
    const { one, other, differences } = (await server.call(`GET /_mock/compare?one=${id}&other=counting`)).body;
    expect(differences).toEqual([]);
    expect(Date.parse(other.now) - Date.parse(one.now)).toBe(60 * 60_000);
    expect((await server.call('GET /w/counting/_mock/faults')).body.faults).toMatchObject([{ fired: 1 }]);
  });

  it('says what only one of them has, by name', async () => {
    const { differences } = await pairOf(server, ['more', 'less']);
    const made = { type: 'service', name: 'extra-key', services: ['air'], scopes: ['air:image_read'] };
    const { body } = await server.call('POST /w/more/_mock/keys', { body: made });
    expect(await differences()).toContainEqual({
      collection: expect.stringContaining('keys'),
      id: body.id,
      name: 'extra-key',
      partOf: null,
      change: 'removed',
      members: expect.arrayContaining([{ member: 'type', one: '"service"', other: null }]),
    });
  });

  it('says which members of an object differ, with both values', async () => {
    const { differences } = await pairOf(server, ['before', 'after']);
    const { id } = castKey('nvcf-deployer');
    await server.call(`PATCH /w/after/_mock/keys/${id}`, { body: { scopes: ['list_functions'] } });
    const found = await differences();
    expect(found).toContainEqual(expect.objectContaining({ id, change: 'changed', name: 'nvcf-deployer' }));
    const [policy] = found.filter(({ partOf }) => partOf === 'nvcf-deployer');
    expect(policy).toMatchObject({ change: 'added' });
    expect(JSON.stringify(policy?.members)).toContain('list_functions');
  });

  it('tells of the clock, the mode, the propagation and the faults', async () => {
    const { differences } = await pairOf(server, ['plain', 'bent']);
    await server.call('POST /w/bent/_mock/clock/advance', { body: { by: '2h' } });
    await server.call('PUT /w/bent/_mock/mode', { body: { mode: 'observe' } });
    await server.call('PUT /w/bent/_mock/propagation', { body: { mode: 'fixed' } });
    await server.call('POST /w/bent/_mock/faults', { body: { do: { status: 503, offDocument: true } } });
    const found = await differences();
    const [mode] = found.filter(({ collection }) => collection === 'mode');
    expect(mode?.members).toEqual([{ member: 'value', one: '"enforce"', other: '"observe"' }]);
    expect(found.map(({ collection, change }) => `${collection} ${change}`)).toEqual(
      expect.arrayContaining(['faults added', expect.stringMatching(/^settings /)]),
    );
  });

  it('compares snapshots with each other and with the world as it is now', async () => {
    const { id: world } = (await server.call('POST /_mock/worlds', { body: { id: 'kept' } })).body;
    const take = async (name: string) =>
      (await server.call(`POST /w/${world}/_mock/snapshots`, { body: { name } })).body.id;
    const first = await take('first');
    await server.call(`POST /w/${world}/_mock/clock/advance`, { body: { by: '1h' } });
    await server.call(`POST /w/${world}/_mock/clock/freeze`);
    const second = await take('second');
    const between = await server.call(`GET /_mock/compare?one=${first}&other=${second}`);
    expect(between.body).toMatchObject({
      one: { kind: 'snapshot', id: first, world, label: 'first' },
      other: { kind: 'snapshot', id: second, label: 'second' },
      total: 1,
    });
    expect(Date.parse(between.body.other.now) - Date.parse(between.body.one.now)).toBeGreaterThanOrEqual(3_600_000);
    expect((await server.call(`GET /_mock/compare?one=${second}&other=${world}`)).body.total).toBe(0);
    expect((await server.call(`GET /w/${world}/_mock/compare?one=${first}&other=${world}`)).status).toBe(200);
  });

  it('shows a world no snapshots of others, and says what is unknown', async () => {
    await pairOf(server, ['mine', 'yours']);
    const { id } = (await server.call('POST /w/mine/_mock/snapshots', { body: {} })).body;
    for (const unknown of [id, 'nothing', '../../etc', 'é%20']) {
      const query = `one=${encodeURIComponent(unknown)}&other=yours`;
      const { status, body } = await server.call(`GET /w/yours/_mock/compare?${query}`);
      expect([status, body.message ?? JSON.stringify(body)]).toEqual([
        404,
        expect.stringContaining('no world and no snapshot'),
      ]);
    }
    expect((await server.call('GET /_mock/compare?one=mine')).status).toBe(400);
    expect((await server.call('GET /_mock/compare?one=mine&other=mine')).body.total).toBe(0);
  });

  it('pages', async () => {
    const { compare } = await pairOf(server, ['few', 'many']);
    for (const name of ['a', 'b', 'c']) {
      const made = { type: 'service', name, services: ['air'], scopes: ['air:image_read'] };
      await server.call('POST /w/many/_mock/keys', { body: made });
    }
    const first = await compare('&limit=2');
    expect(first.differences).toHaveLength(2);
    expect(first.total).toBeGreaterThan(2);
    const rest = await compare(`&after=${encodeURIComponent(first.next)}`);
    expect(first.differences.length + rest.differences.length).toBe(first.total);
  });

  it.each(['own', 'cast'])('has no secret of worlds with credentials of kind %s', async (credentials) => {
    const names = [`a-${credentials}`, `b-${credentials}`] as const;
    const { compare, casts } = await pairOf(server, names, { credentials });
    const token = (await server.call(`POST /w/${names[0]}/_mock/tokens`, { body: { for: 'admin@acme.test' } })).body
      .token;
    const key = await server.call(`POST /w/${names[1]}/_mock/keys`, {
      body: { type: 'service', name: 'fresh', services: ['air'], scopes: ['air:image_read'] },
    });
    const said = JSON.stringify(await compare());
    const secrets = [token, key.body.key, ...casts.flatMap(secretsIn)].filter((text) => text.length > 12);
    expect(secrets.length).toBeGreaterThan(20);
    for (const secret of secrets) expect(said).not.toContain(secret);
  });
});

/** The values of members of a cast that are secrets. */
function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    /^(?:key|secret|clientSecret|password|bearer|token)$/.test(name) ? textsIn(inner) : secretsIn(inner),
  );
}

/** Findings of the models, in the fewest steps. */
import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';
import { makeWorld, type TestWorld } from '../../support/worlds.ts';

const server = await testServer();

describe('a key of two worlds selects the world that still has it,', () => {
  const AIR_KEY = { type: 'service', name: 'shared', services: ['air'], scopes: ['air:access', 'air:simulation_read'] };
  type Call = TestWorld['call'];
  interface Shared {
    readonly id: string;
    readonly key: string;
    readonly heir: TestWorld;
  }

  /** Creates a key, and a copy of its world with the same key. */
  const createSharedKey = async (call: Call, world: string): Promise<Shared> => {
    const { body } = await call('POST /_mock/keys', { body: AIR_KEY });
    const heir = await makeWorld(server, { from: { world }, credentials: 'cast' });
    expect(heir.made.ambiguous).toContain(body.id);
    return { id: body.id, key: body.key, heir };
  };
  /** Finds the index of the world that a key selects, or the reason of a rejection. */
  const findWorld = async (key: string, ...among: readonly Pick<TestWorld, 'call'>[]) => {
    const { status, decision } = await server.call('GET /api/v3/simulations/', { token: key });
    if (status !== 200) return decision.reason;
    const seen = await Promise.all(among.map(({ call }) => call(`GET /_mock/decisions/${decision.id}`)));
    return seen.findIndex((answer) => answer.status === 200);
  };
  const losses = [
    ['deleted', (call: Call, id: string) => call(`DELETE /_mock/keys/${id}`)],
    ['rotated', (call: Call, id: string) => call(`POST /_mock/keys/${id}/rotate`)],
  ] as const;

  it.each(losses)('when it is %s in the default world', async (_, lose) => {
    const { id, key, heir } = await createSharedKey(server.call, 'default');
    expect(await findWorld(key, server, heir)).toBe(0);
    await lose(server.call, id);

    expect(await findWorld(key, server, heir)).toBe(1);
  });

  it.each(losses)('when it is %s in its original world, until a restore', async (_, lose) => {
    const source = await makeWorld(server);
    const { id, key, heir } = await createSharedKey(source.call, source.id);
    const { body: snapshot } = await source.call('POST /_mock/snapshots');
    expect(await findWorld(key, source, heir)).toBe('other_world');
    await lose(source.call, id);
    expect(await findWorld(key, source, heir)).toBe(1);
    await source.call(`POST /_mock/snapshots/${snapshot.id}/restore`);

    expect(await findWorld(key, source, heir)).toBe('other_world');
  });

  it.each(losses)('when it is %s in the copy', async (_, lose) => {
    const source = await makeWorld(server);
    const { id, key, heir } = await createSharedKey(source.call, source.id);
    await lose(heir.call, id);

    expect(await findWorld(key, source, heir)).toBe(0);
  });
});

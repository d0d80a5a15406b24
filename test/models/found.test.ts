/** What the models found, in the fewest steps. */
import { describe, expect, it } from 'vitest';
import { testServer } from '../support/server.ts';
import { makeWorld, type TestWorld } from '../support/worlds.ts';

const server = await testServer();

describe('a key that two worlds have leads to the one that keeps it', () => {
  const AIR_KEY = { type: 'service', name: 'shared', services: ['air'], scopes: ['air:access', 'air:simulation_read'] };
  type Call = TestWorld['call'];
  interface Shared {
    readonly id: string;
    readonly key: string;
    readonly heir: TestWorld;
  }

  /** Makes a key, and a copy of its world that has it, too. */
  const shared = async (call: Call, world: string): Promise<Shared> => {
    const { body } = await call('POST /_mock/keys', { body: AIR_KEY });
    const heir = await makeWorld(server, { from: { world }, credentials: 'cast' });
    expect(heir.made.ambiguous).toContain(body.id);
    return { id: body.id, key: body.key, heir };
  };
  /** The world that answers to a key alone; the reason where it is refused. */
  const answering = async (key: string, ...among: readonly Pick<TestWorld, 'call'>[]) => {
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
    const { id, key, heir } = await shared(server.call, 'default');
    expect(await answering(key, server, heir)).toBe(0);
    await lose(server.call, id);

    expect(await answering(key, server, heir)).toBe(1);
  });

  it.each(losses)('when it is %s in the world that it was made for, until it comes back', async (_, lose) => {
    const source = await makeWorld(server);
    const { id, key, heir } = await shared(source.call, source.id);
    const { body: snapshot } = await source.call('POST /_mock/snapshots');
    expect(await answering(key, source, heir)).toBe('other_world');
    await lose(source.call, id);
    expect(await answering(key, source, heir)).toBe(1);
    await source.call(`POST /_mock/snapshots/${snapshot.id}/restore`);

    expect(await answering(key, source, heir)).toBe('other_world');
  });

  it.each(losses)('when it is %s in the copy', async (_, lose) => {
    const source = await makeWorld(server);
    const { id, key, heir } = await shared(source.call, source.id);
    await lose(heir.call, id);

    expect(await answering(key, source, heir)).toBe(0);
  });
});

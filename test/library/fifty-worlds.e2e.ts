/** Fifty concurrent worlds in one process. */
import { describe, expect, it } from 'vitest';
import { decisionOf, startMock, type World } from '../../src/index.ts';
import { bearer, LISTENING } from '../support/library.ts';

describe.each(LISTENING)('fifty worlds at once, %s', (_, listen) => {
  it('each have their own clock and keys, and no response comes from another world', async () => {
    await using mock = await startMock({ listen });
    const send: World['fetch'] = (input, init) => (listen ? fetch(input, init) : mock.fetch(input, init));
    const journey = async (index: number) => {
      await using world = await mock.world();
      const name = `key-of-${index}`;
      const service = { type: 'service', services: ['air'] } as const;
      await world.clock.advance(`${index}m`);
      const created = await world.keys.create({ ...service, name, scopes: ['air:access', 'air:simulation_read'] });
      // One token in three has expired.
      const token = await world.getToken();
      if (index % 3 === 0) await world.clock.advance('1h');
      const users = await send(`${mock.url}/api/v1/users`, bearer(token));
      const simulations = await send(
        `${index % 2 === 0 ? mock.url : world.url}/api/v3/simulations/`,
        bearer(created.key),
      );
      const [lastDecision] = await world.decisions.list({ principal: name });

      expect((await world.clock.now()).ahead).toMatch(index % 3 === 0 ? /^PT1H/ : `PT${index}M`);
      expect(users.status).toBe(index % 3 === 0 ? 401 : 200);
      expect(decisionOf(users)?.reason).toBe(index % 3 === 0 ? 'expired_token' : undefined);
      expect(simulations.status).toBe(200);
      expect([lastDecision?.principal?.name, lastDecision?.principal?.id]).toEqual([name, created.id]);
      expect((await world.keys.list()).filter((key) => key.name.startsWith('key-of-'))).toMatchObject([{ name }]);
    };
    await Promise.all(Array.from({ length: 50 }, (_unused, index) => journey(index + 1)));

    expect((await mock.worlds.list()).map(({ id }) => id)).toEqual(['default']);
    expect(await mock.decisions.list()).toEqual([]);
  });
});

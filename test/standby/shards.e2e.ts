/** Many worlds in several processes, behind the balancer of the compose example. */
import { expect } from 'vitest';
import { ask, balance, configurationOf, type Headers, hasHaproxy } from '../support/balancer.ts';
import { describePostgres, freshSchema } from '../support/postgres.ts';
import { type Instance, it } from '../support/standby.ts';

const WORLDS = Array.from({ length: 60 }, (_, number) => `world-${number}`);

/** The forms in which requests name their world. */
const NAMINGS: readonly ((id: string) => { readonly below: string; readonly headers: Headers })[] = [
  (id) => ({ below: `/w/${id}`, headers: {} }),
  (id) => ({ below: '', headers: { host: `${id}.mock` } }),
  (id) => ({ below: '', headers: { 'x-mock-world': id } }),
];

describePostgres('sixty worlds in three processes', () => {
  it.runIf(hasHaproxy)(
    'are distributed over the processes, and those of a killed process return after its restart',
    async ({ start }) => {
      const schemas = await Promise.all([1, 2, 3].map(() => freshSchema()));
      const shards: Instance[] = [];
      for (const { url } of schemas) {
        const shard = await start(url, '--public-url', 'http://mock:6625');
        await shard.ready;
        shards.push(shard);
      }
      const port = await balance((own) =>
        shards.reduce(
          (configuration, shard, index) => configuration.replace(`shard-${index + 1}:6625`, `127.0.0.1:${shard.port}`),
          configurationOf('shards.yaml', own),
        ),
      );
      const json = { 'content-type': 'application/json' };
      const call = async (number: number, path: string, method = 'GET', body?: object) => {
        const { below, headers } = NAMINGS[number % 3]?.(WORLDS[number] ?? '') ?? { below: '', headers: {} };
        const all = body === undefined ? headers : { ...headers, ...json };
        return ask(port, `${below}${path}`, all, method, body && JSON.stringify(body));
      };
      const listKeys = async (number: number) => {
        const { status, text } = await call(number, '/_mock/keys');
        return status === 200 ? JSON.parse(text).keys.map(({ name }: { name: string }) => name) : status;
      };

      const made = await Promise.all(
        WORLDS.map((id) => ask(port, '/_mock/worlds', { ...json, 'x-mock-world': id }, 'POST', '{}')),
      );
      expect(made.map(({ status }) => status)).toEqual(WORLDS.map(() => 201));
      const key = { type: 'service', services: ['air'], scopes: ['air:access'] };
      const used = await Promise.all(
        WORLDS.map((id, number) => call(number, '/_mock/keys', 'POST', { ...key, name: `key-of-${id}` })),
      );
      expect(used.map(({ status }) => status)).toEqual(WORLDS.map(() => 201));
      // Requests of a world reach the same process in every form.
      expect(used.map(({ backend }) => backend)).toEqual(made.map(({ backend }) => backend));

      const listed = await Promise.all(
        shards.map(async (shard) => (await shard.call('GET /_mock/worlds')).body.worlds),
      );
      const ids = listed.map((worlds) =>
        worlds.map(({ id }: { id: string }) => id).filter((id: string) => id !== 'default'),
      );
      expect(ids.flat().sort()).toEqual([...WORLDS].sort());
      expect(ids.every(({ length }) => length >= 10)).toBe(true);

      const [killed] = shards;
      await killed?.crash();
      const isAway = WORLDS.map((id) => ids[0]?.includes(id) === true);
      const during = await Promise.all(WORLDS.map((_, number) => listKeys(number)));
      for (const [number, away] of isAway.entries()) {
        if (away) expect(during[number]).toBe(503);
        else expect(during[number]).toContain(`key-of-${WORLDS[number]}`);
      }

      const again = await killed?.again();
      await again?.ready;
      // The balancer notices within half a second.
      await expect.poll(async () => (await call(isAway.indexOf(true), '/_mock/keys')).status).toBe(200);
      for (const [number, id] of WORLDS.entries()) expect(await listKeys(number)).toContain(`key-of-${id}`);
      for (const shard of [again, ...shards.slice(1)]) await shard?.stop();
      for (const schema of schemas) await schema.drop();
    },
  );
});

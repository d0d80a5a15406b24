/** All worlds go to a database, for all processes that share it, and back. */
import { expect } from 'vitest';
import { inhabited, stateOf } from '../support/backup.ts';
import { describePostgres } from '../support/postgres.ts';
import { it, type Replica, soon } from '../support/replicas.ts';

const WORLDS = 40;
const KILLS = 4;

async function exported({ url }: Pick<Replica, 'url'>): Promise<string> {
  const answer = await fetch(`${url}/_mock/export`);
  expect(answer.status).toBe(200);
  return answer.text();
}

async function imported({ url }: Pick<Replica, 'url'>, body: string, query = '') {
  const answer = await fetch(`${url}/_mock/import${query}`, { method: 'POST', body });
  const text = await answer.text();
  return { status: answer.status, body: JSON.parse(text) };
}

const keysOf = async ({ call }: Replica, id: string): Promise<string[]> =>
  (await call(`GET /w/${id}/_mock/keys?limit=500`)).body.keys.map(({ name }: { readonly name: string }) => name).sort();
const idsOf = async ({ call }: Replica): Promise<string[]> =>
  (await call('GET /_mock/worlds')).body.worlds.map(({ id }: { readonly id: string }) => id).sort();

describePostgres('an export', () => {
  it('of a server with a data file is imported by one replica, for all of them, and comes back as it was', async ({
    replicas: { a, b, data },
    start,
  }) => {
    const [one, back] = [await start('one.db'), await start('back.db')];
    const keys = await inhabited(one);
    const before = await stateOf(one);
    // Both have the default world open, with another seed's keys.
    await b.call('GET /_mock/cast');
    const { status, body } = await imported(a, await exported(one));

    expect([status, body.worlds]).toEqual([200, ['alice', 'copy', 'empty', 'default']]);
    for (const replica of [b, a, await start(data)]) {
      expect(await stateOf(replica)).toEqual(before);
      for (const token of keys) expect((await replica.call('GET /v2/nvcf/functions', { token })).status).toBe(200);
    }
    expect((await imported(b, await exported(one))).status).toBe(409);
    expect((await imported(b, await exported(one), '?replace=true')).status).toBe(200);
    expect(await stateOf(a)).toEqual(before);
    expect((await imported(back, await exported(a))).status).toBe(200);
    expect(await stateOf(back)).toEqual(before);
  });

  it('gives the default world of all replicas its seed', async ({ replicas: { a, b }, start }) => {
    const none = await start('one.db', '--seed', 'none');
    expect((await imported(a, await exported(none))).status).toBe(200);
    for (const replica of [b, a]) {
      expect((await replica.call('POST /_mock/reset')).status).toBe(200);
      expect((await replica.call('GET /_mock/cast')).body).toEqual((await none.call('GET /_mock/cast')).body);
    }
  });

  it(`leaves each world whole when the replica is killed during its import, ${KILLS} times`, async ({
    schema,
    start,
  }) => {
    const one = await start('one.db');
    for (let number = 0; number < WORLDS; number += 1) {
      await one.call('POST /_mock/worlds', { body: { id: `w${number}` } });
    }
    const file = await exported(one);
    const whole = await keysOf(one, 'w0');
    const other = await start(schema.url);
    let interrupted = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const killed = await start(schema.url);
      const importing = imported(killed, file).catch(() => null);
      while ((await idsOf(other)).length < 2 + round * 5) await soon(2);
      await killed.crash();
      if ((await importing) === null) interrupted += 1;
      for (const id of await idsOf(other)) expect(await keysOf(other, id)).toEqual(whole);
      expect((await imported(other, file, '?replace=true')).body.worlds).toHaveLength(WORLDS + 1);
      expect(await idsOf(other)).toEqual(await idsOf(one));
      for (const id of (await idsOf(other)).filter((one) => one !== 'default')) {
        await other.call(`DELETE /_mock/worlds/${id}`);
      }
      await other.call('POST /_mock/reset');
    }
    expect(interrupted).toBeGreaterThan(0);
  });
});

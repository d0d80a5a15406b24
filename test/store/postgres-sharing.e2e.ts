/** What processes share of a world besides its rows. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { newBudgets } from '../../src/core/bounded-cache.ts';
import { ACCESS_KEYS, accessKeyRow } from '../../src/services/runai/collections/access-keys.ts';
import { Changed, Unwritable } from '../../src/store/errors.ts';
import type { Store } from '../../src/store/index.ts';
import { openPostgres } from '../../src/store/postgres/index.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import type { LogNews, Sharing } from '../../src/store/sharing.ts';
import { describePostgres, it, twoDatabases } from '../support/postgres.ts';
import { accessKey } from '../support/records.ts';

describePostgres('a world that two processes share', () => {
  const databases = twoDatabases();

  /** Its stores, one for each process. */
  const stores = async () => {
    const world = randomUUID();
    const both = (await Promise.all(databases.map((database) => database.store(world, newStoreParts())))) as [
      Store,
      Store,
    ];
    const sharing = both.map((store) => store.sharing as Sharing) as [Sharing, Sharing];
    const look = (which: number) => databases[which]?.worlds.refresh([world]);
    return { world, sharing, stores: both, look };
  };
  const activity = (data: string) => ({ kind: 'request', data, isRequest: true, isEvent: true });
  const key = (number: number) => accessKeyRow(accessKey(`key ${number}`));
  const idsIn = async ({ collections }: Pick<Store, 'collections'>) =>
    (await ACCESS_KEYS.all(collections)).rows.map(({ id }) => id);
  const dataOf = ({ activities }: LogNews) => activities.map(({ data }) => data);

  describe('a log', () => {
    it('is read in the order in which it was written, by everybody the same', async () => {
      const { sharing } = await stores();
      const writing = sharing.flatMap(({ log }, which) =>
        Array.from({ length: 8 }, async (_, writer) => {
          for (let number = 0; number < 40; number += 1) {
            log.append(activity(`${which}-${writer}-${number}`), 0);
            await log.flush();
          }
        }),
      );
      const read: string[] = [];
      const reading = async (): Promise<void> => {
        const news = await sharing[1].log.news();
        read.push(...(dataOf(news) as string[]));
        if (read.length < 640) await reading();
      };
      await Promise.all([...writing, reading()]);
      const { activities } = await sharing[0].log.news();

      expect(activities.map(({ data }) => data)).toEqual(read);
      expect(new Set(read).size).toBe(640);
      expect(activities.map(({ request }) => request)).toEqual(Array.from({ length: 640 }, (_, index) => index + 1));
      expect(activities.map(({ event }) => event)).toEqual(activities.map(({ request }) => request));
      expect(dataOf(await sharing[0].log.news())).toEqual([]);
    });

    it('is emptied for everybody, but keeps the places of what was told', async () => {
      const { sharing } = await stores();
      const [{ log }, { log: other }] = sharing;
      for (const data of ['1', '2']) log.append(activity(data), 0);
      log.append({ kind: 'event', data: '3', isRequest: false, isEvent: true }, 0);
      log.append({ kind: 'use', data: '4', isRequest: false, isEvent: false }, 0);
      await log.flush();
      await other.news();
      await log.empty();
      expect(await other.news()).toEqual({ emptiedAt: 2, activities: [], counted: [] });
      const news = await log.news();
      expect([news.emptiedAt, news.activities.map(({ data, event }) => [data, event])]).toEqual([
        2,
        [
          [null, 1],
          [null, 2],
          ['3', 3],
        ],
      ]);
    });

    it('counts what happens again and again', async () => {
      const { sharing } = await stores();
      for (const { log } of sharing) {
        for (const at of [5, 6]) log.count('other_version', 'a path', at);
        await log.flush();
      }
      const { counted } = await sharing[0].log.news();
      const found = { kind: 'other_version', message: 'a path', firstAt: 5, lastAt: 6, count: 4 };
      expect(counted).toEqual([{ ...found, name: expect.any(String) }]);
    });

    it('keeps the newest, and what credentials were used for', async () => {
      const { world, sharing } = await stores();
      const [{ log }] = sharing;
      log.append({ kind: 'use', data: 'use', isRequest: false, isEvent: false }, 0);
      for (let number = 0; number < 5600; number += 1) {
        log.append(activity(String(number)), 0);
        if (number % 400 === 0) await log.flush();
      }
      await log.flush();
      const kept = async () => {
        const late = await databases[1]?.store(world, newStoreParts());
        return (await late?.sharing?.log.news())?.activities.map(({ data }) => data) ?? [];
      };
      // What is older is deleted beside other work, which on a busy machine takes longer than the second of `poll`.
      await expect.poll(async () => (await kept()).length, { timeout: 10_000 }).toBeLessThan(5401);
      const [use, ...others] = await kept();
      expect(use).toBe('use');
      expect(others.at(-1)).toBe('5599');
      expect(others.length).toBeGreaterThan(4999);
    });
  });

  describe('what is remembered', () => {
    it('is right from the first look after the other process wrote', async () => {
      const { stores: both, look } = await stores();
      const [one, other] = both;
      for (let round = 0; round < 50; round += 1) {
        const rows = (await ACCESS_KEYS.all(other.collections)).rows;
        await one.collections.commit([ACCESS_KEYS.put(accessKeyRow(accessKey(`key ${round}`)))]);
        expect((await ACCESS_KEYS.all(other.collections)).rows).toBe(rows);
        await look(1);
        expect((await ACCESS_KEYS.all(other.collections)).rows).toHaveLength(round + 1);
      }
    });

    it('stays as long as nobody else wrote', async () => {
      const { stores: both, look } = await stores();
      await both[0].collections.commit([ACCESS_KEYS.put(accessKeyRow(accessKey('one')))]);
      await look(0);
      const { rows } = await ACCESS_KEYS.all(both[0].collections);
      await look(0);
      expect((await ACCESS_KEYS.all(both[0].collections)).rows).toBe(rows);
    });

    it('includes when rows were used', async () => {
      const { stores: both, look } = await stores();
      const row = accessKeyRow(accessKey('one'));
      await both[0].collections.commit([ACCESS_KEYS.put(row)]);
      await look(1);
      await ACCESS_KEYS.byId(both[1].collections, row.id);
      await both[0].collections.note(ACCESS_KEYS.name, row.id, 77);
      await both[0].sharing?.log.flush();
      await look(1);
      expect((await ACCESS_KEYS.byId(both[1].collections, row.id))?.usedAt).toBe(77);
    });
  });

  describe('what another process has changed is known', () => {
    it('if it is more than is told at once', async () => {
      const { stores: both, look } = await stores();
      const [one, other] = both;
      expect(await idsIn(other)).toEqual([]);
      const all = Array.from({ length: 2500 }, (_, number) => key(number));
      await one.collections.commit(all.map((row) => ACCESS_KEYS.put(row)));
      await one.collections.commit([ACCESS_KEYS.removal(all[0]?.id as string)]);
      await look(1);
      expect(await idsIn(other)).toEqual(all.slice(1).map(({ id }) => id));
      expect(await idsIn(other)).toEqual(await idsIn(one));
    });

    it('if removals are no longer told that it has not heard of', async () => {
      const { stores: both, look } = await stores();
      const [one, other] = both;
      await one.collections.commit([ACCESS_KEYS.put(key(1)), ACCESS_KEYS.put(key(2))]);
      await look(1);
      expect(await idsIn(other)).toHaveLength(2);
      await one.collections.commit([ACCESS_KEYS.removal(key(1).id)]);
      for (let number = 3; number < 2100; number += 1) {
        await one.collections.commit([ACCESS_KEYS.put(key(3 + (number % 2)))]).catch(() => {});
        await one.collections.commit([ACCESS_KEYS.removal(key(3 + (number % 2)).id)]);
      }
      await look(1);
      expect(await idsIn(other)).toEqual([key(2).id]);
    });

    it('before it changes anything itself, even without a look', async () => {
      const { stores: both } = await stores();
      const [one, other] = both;
      await one.collections.commit([ACCESS_KEYS.put(key(1))]);
      expect(await idsIn(other)).toHaveLength(1);
      const row = await ACCESS_KEYS.byId(one.collections, key(1).id);
      await one.collections.commit([ACCESS_KEYS.removal(key(1).id)]);
      await expect(other.collections.commit([ACCESS_KEYS.put(row as typeof row & object)])).rejects.toThrow(Changed);
      expect(await idsIn(other)).toEqual([]);
    });
  });

  it('leaves memory while others need the room, and comes back when it is asked for', async () => {
    const shared = newStoreParts(newBudgets({ state: 400_000 }));
    const [database] = databases;
    const open = () => database?.store(randomUUID(), shared) as Promise<Store>;
    const all: Store[] = [];
    for (let world = 0; world < 8; world += 1) {
      const store = await open();
      all.push(store);
      for (let number = 0; number < 100; number += 1) {
        await store.collections.commit([ACCESS_KEYS.put(accessKeyRow(accessKey(`${world} ${number}`)))]);
      }
      expect(shared.budgets.state.used).toBeLessThan(400_000);
    }
    for (const [world, { collections }] of all.entries()) {
      const { rows } = await ACCESS_KEYS.all(collections);
      expect(rows.map(({ id }) => id)).toEqual(
        Array.from({ length: 100 }, (_, number) => accessKeyRow(accessKey(`${world} ${number}`)).id),
      );
    }
    const [first] = all as [Store];
    const large = accessKeyRow({ ...accessKey('large'), name: 'x'.repeat(400_000) });
    await expect(first.collections.commit([ACCESS_KEYS.put(large)])).rejects.toThrow(Unwritable);
    expect(await ACCESS_KEYS.byId(first.collections, large.id)).toBe(null);
    for (const store of all) await store.close();
    expect(shared.budgets.state.used).toBe(0);
  });

  /** Somebody else, who holds a lock until he is told to go. */
  const holding = async (url: string, lock: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`BEGIN; ${lock}`);
    return async () => {
      await client.query('COMMIT');
      await client.end();
    };
  };

  it('finds the room that it had before it left memory in the middle of a change', async ({ schema }) => {
    const shared = newStoreParts(newBudgets({ state: 1_000_000 }));
    const database = await openPostgres(schema.url, undefined, 30_000);
    const large = (name: string) => accessKeyRow({ ...accessKey(name), createdBy: 'x'.repeat(600_000) });
    const world = randomUUID();
    const [one, other] = [await database.store(world, shared), await database.store(randomUUID(), shared)];
    for (const { collections } of [one, other]) {
      await collections.commit([ACCESS_KEYS.put(large('large'))]);
      expect(shared.budgets.state.used).toBeGreaterThan(500_000);
    }
    await idsIn(one);
    const release = await holding(schema.url, `SELECT id FROM ${schema.name}.worlds WHERE id = '${world}' FOR UPDATE`);
    const changing = one.collections.commit([ACCESS_KEYS.put(key(1))]).catch((cause: unknown) => cause);
    await setTimeout(200);
    await other.collections.commit([ACCESS_KEYS.put(key(2))]);
    await release();

    expect(await changing).toBeTypeOf('number');
    expect(await idsIn(one)).toHaveLength(2);
    expect(shared.budgets.state.used).toBeLessThan(1_000_000);
    await database.close();
  });

  it('is counted from when it is read, by whomever', async ({ schema }) => {
    const shared = newStoreParts(newBudgets({ state: 1_000_000 }));
    const database = await openPostgres(schema.url, undefined, 30_000);
    const world = randomUUID();
    await (await database.store(world, newStoreParts())).collections.commit([ACCESS_KEYS.put(key(1))]);
    await idsIn(await database.store(world, shared));
    expect(shared.budgets.state.used).toBeGreaterThan(0);
    await database.close();
  });

  it('is read before it is the turn of whoever asks for it', async ({ schema }) => {
    const database = await openPostgres(schema.url, undefined, 30_000);
    const world = randomUUID();
    const { collections } = await database.store(world, newStoreParts());
    const release = await holding(schema.url, `LOCK TABLE ${schema.name}.objects IN ACCESS EXCLUSIVE MODE`);
    const turn = collections.turns.take(() => idsIn({ collections }));
    await setTimeout(200);
    const others = new pg.Client({ connectionString: schema.url });
    await others.connect();
    const { rows } = await others.query('SELECT pg_try_advisory_lock(hashtextextended($1, 6625)) AS is_free', [world]);
    await others.end();
    await release();

    expect(rows).toEqual([{ is_free: true }]);
    expect(await turn).toEqual([]);
    await database.close();
  });

  describe('a text', () => {
    it('is changed by one after the other', async () => {
      const { sharing, look } = await stores();
      const adding = Array.from({ length: 40 }, (_, index) =>
        sharing[(index % 2) as 0 | 1].text.update((before) => [String(Number(before) + 1), before]),
      );
      expect(new Set(await Promise.all(adding)).size).toBe(40);
      await look(0);
      await look(1);
      expect(sharing.map(({ text }) => text.text)).toEqual(['40', '40']);
    });
  });

  it('has the time of the database', async () => {
    const { look } = await stores();
    await look(0);
    expect(Math.abs((databases[0]?.clock.now() ?? 0) - Date.now())).toBeLessThan(200);
  });
});

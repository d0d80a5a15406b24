/** What was acknowledged is there, whichever process is killed. */
import { expect } from 'vitest';
import type { Received } from '../support/keep-alive.ts';
import { castKey } from '../support/ngc-cast.ts';
import { describePostgres } from '../support/postgres.ts';
import { it, type Replica, soon } from '../support/replicas.ts';

const ROUNDS = 30;
const DATABASE_ROUNDS = 10;
/** How many write to each replica. */
const WRITERS = 3;

const AIR = castKey('air-admin').key;

/** What was written, and what came of it. */
class Ledger {
  readonly tried = new Set<string>();
  readonly acknowledged = new Map<string, Received>();
  /** Answers but those that it was done. */
  readonly others: Received[] = [];
  longest = 0;
  #isOver = false;

  /** Makes simulations, one after the other, until it is over or the replica is gone. */
  async write(at: Replica, writer: string): Promise<void> {
    for (let number = 0; !this.#isOver; number += 1) {
      const name = `${writer}-${number}`;
      this.tried.add(name);
      const answer = await at.call('POST /api/v3/simulations/', { token: AIR, body: { name } }).catch(() => null);
      if (answer === null) return;
      this.longest = Math.max(this.longest, answer.took);
      if (answer.status === 201) this.acknowledged.set(name, answer);
      else this.others.push(answer);
    }
  }

  end(): void {
    this.#isOver = true;
  }
}

/** The names of all simulations, as one replica tells them. */
async function namesAt(at: Replica): Promise<string[]> {
  const names: string[] = [];
  for (let offset = 0, isMore = true; isMore; offset += 1000) {
    const { status, body } = await at.call(`GET /api/v3/simulations/?limit=1000&offset=${offset}`, { token: AIR });
    expect(status, JSON.stringify(body)).toBe(200);
    const page: { name: string }[] = body.results;
    names.push(...page.map(({ name }) => name));
    isMore = names.length < body.count;
  }
  return names;
}

/** Expects everything that was acknowledged, once, and nothing that nobody wrote. */
async function expectKept(at: Replica, { tried, acknowledged }: Ledger, before: readonly string[]): Promise<string[]> {
  const names = await namesAt(at);
  expect([...acknowledged.keys()].filter((name) => !names.includes(name))).toEqual([]);
  expect(names.filter((name) => !tried.has(name) && !before.includes(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  return names;
}

describePostgres('what was acknowledged', () => {
  it(`is there after kill -9 of one replica, ${ROUNDS} times, and the other one answers all the time`, async ({
    replicas,
    start,
  }) => {
    let [killed, other] = [replicas.a, replicas.b];
    let before = await namesAt(other);
    let acknowledged = 0;
    let longest = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const [here, there] = [new Ledger(), new Ledger()];
      const writing = Array.from({ length: WRITERS }, (_, writer) => [
        here.write(killed, `${round}-killed-${writer}`),
        there.write(other, `${round}-other-${writer}`),
      ]).flat();
      await soon(40 + 7 * round);
      await killed.crash();
      await soon(60);
      here.end();
      there.end();
      await Promise.all(writing);
      const all = new Ledger();
      for (const one of [here, there]) {
        for (const name of one.tried) all.tried.add(name);
        for (const [name, answer] of one.acknowledged) all.acknowledged.set(name, answer);
      }
      before = await expectKept(other, all, before);
      // Whoever was told that it was done can also read why it was allowed.
      for (const { decision } of [...here.acknowledged.values()].slice(-10)) {
        expect((await other.call(`GET /_mock/decisions/${decision.id}`)).status).toBe(200);
      }
      expect(there.others.map(({ status, body }) => [status, body])).toEqual([]);
      acknowledged += all.acknowledged.size;
      longest = Math.max(longest, there.longest);
      // The next round kills the one that went on.
      [killed, other] = [other, await start(replicas.data)];
      expect(await namesAt(other)).toEqual(before);
    }
    expect(longest).toBeLessThan(1500);
    expect(acknowledged).toBeGreaterThan(ROUNDS);
  });

  it(`is there after kill -9 of the database, ${DATABASE_ROUNDS} times, and both replicas recover by themselves`, async ({
    stricken,
  }) => {
    const { a, both, database } = stricken;
    let before = await namesAt(a);
    for (let round = 0; round < DATABASE_ROUNDS; round += 1) {
      const ledger = new Ledger();
      const writing = Array.from({ length: WRITERS }, (_, writer) =>
        both.map((at, which) => ledger.write(at, `${round}-${which}-${writer}`)),
      ).flat();
      await soon(150 + 30 * round);
      await database.kill();
      await soon(300);
      const told = ledger.others.length;
      await database.restart();
      await soon(500);
      ledger.end();
      await Promise.all(writing);

      expect(told).toBeGreaterThan(0);
      for (const { status, body, headers } of ledger.others) {
        const said = { detail: expect.stringMatching(/^The database/), request_id: expect.any(String) };
        expect({ status, body }).toEqual({ status: 503, body: said });
        expect(headers['content-type']).toMatch(/^application\/json\b/);
      }
      for (const at of both) expect((await at.call('GET /_mock/health?ready')).status).toBe(200);
      const names = await expectKept(a, ledger, before);
      expect(await namesAt(stricken.b)).toEqual(names);
      before = names;
    }
  });
});

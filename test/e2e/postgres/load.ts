import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { readStopwatch } from '../../../src/lib/clock.ts';
import { castKey } from '../../support/ngc-cast.ts';
import type { Instance } from '../../support/processes.ts';

export const AIR = castKey('air-admin').key;
const CLIENTS = 8;
/** The pause of a client between two requests. All clients together create some 200 simulations a second. */
const PAUSE_MS = 30;

/** A request that creates a simulation. */
interface Attempt {
  readonly at: Instance;
  readonly name: string;
  readonly sentAt: number;
  readonly answeredAt: number;
  /** Whether it was created, as far as the client knows. */
  readonly outcome: 'created' | 'refused' | 'unknown';
}

/** Clients that create simulations, and go to the next process after each failure. */
export class Load {
  readonly #prefix: string;
  readonly #attempts: Attempt[] = [];
  readonly #clients: Promise<void>[] = [];
  #isOver = false;

  /** @param prefix the start of all names */
  constructor(prefix: string, instances: readonly Instance[]) {
    this.#prefix = prefix;
    this.addClients(instances);
  }

  get created(): readonly Attempt[] {
    return this.#attempts.filter(({ outcome }) => outcome === 'created');
  }

  get failed(): readonly Attempt[] {
    return this.#attempts.filter(({ outcome }) => outcome !== 'created');
  }

  addClients(instances: readonly Instance[]): void {
    const from = this.#clients.length;
    for (let client = from; client < from + CLIENTS; client += 1) this.#clients.push(this.#run(client, instances));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  /** Creates a simulation. @throws Error if the response is neither 201 nor a correct refusal */
  async create(at: Instance, name: string): Promise<Attempt> {
    const sentAt = readStopwatch();
    const outcome: Attempt['outcome'] = await at.call('POST /api/v3/simulations/', { token: AIR, body: { name } }).then(
      ({ status, body, headers, decision }) => {
        if (status === 201) return 'created';
        if (status !== 503) throw new Error(`${status} ${JSON.stringify(body)}`);
        if (decision?.reason === 'outcome_unknown') return 'unknown';
        expect(headers['retry-after']).toBe('1');
        return 'refused';
      },
      // Only without a connection is it certain that nothing was stored.
      ({ code }: NodeJS.ErrnoException) => (code === 'ECONNREFUSED' ? 'refused' : 'unknown'),
    );
    const attempt = { at, name, sentAt, answeredAt: readStopwatch(), outcome };
    this.#attempts.push(attempt);
    return attempt;
  }

  /** Expects that a process has all created simulations, no refused ones, and none twice. */
  async expectKept(at: Instance): Promise<void> {
    const names = await listNames(at, `${this.#prefix}-`);
    const has = new Set(names);
    const refused = this.#attempts.filter(({ outcome }) => outcome === 'refused');
    expect(this.created.filter(({ name }) => !has.has(name)).map(({ name }) => name)).toEqual([]);
    expect(refused.filter(({ name }) => has.has(name)).map(({ name }) => name)).toEqual([]);
    expect(has.size).toBe(names.length);
    expect(this.created.length).toBeGreaterThan(20);
  }

  /** Expects that both processes created simulations, and the first one none after the second one. */
  expectOneAfterTheOther(first: Instance, second: Instance): void {
    const [before, after] = [first, second].map((instance) => this.created.filter(({ at }) => at === instance));
    const since = Math.min(...(after ?? []).map(({ answeredAt }) => answeredAt));
    expect(since).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(before).not.toEqual([]);
    expect(before?.filter(({ sentAt }) => sentAt > since).map(({ name }) => name)).toEqual([]);
  }

  async #run(client: number, instances: readonly Instance[]): Promise<void> {
    let turn = client % instances.length;
    for (let number = 0; !this.#isOver; number += 1) {
      const at = instances[turn % instances.length] as Instance;
      const { outcome } = await this.create(at, `${this.#prefix}-${client}-${number}`);
      if (outcome !== 'created') turn += 1;
      await setTimeout(PAUSE_MS);
    }
  }
}

/** Lists the names of all simulations. @param search a part of the names */
export async function listNames(at: Instance, search = ''): Promise<readonly string[]> {
  const names: string[] = [];
  for (;;) {
    const page = `limit=1000&offset=${names.length}&search=${search}`;
    const { status, body } = await at.call(`GET /api/v3/simulations/?${page}`, { token: AIR });
    expect(status).toBe(200);
    names.push(...body.results.map(({ name }: { readonly name: string }) => name));
    if (names.length >= body.count) return names;
  }
}

/** Prints how long something took. */
export function reportTime(title: string, since: number): number {
  const milliseconds = Math.round(readStopwatch() - since);
  process.stdout.write(`${title}: ${milliseconds} ms\n`);
  return milliseconds;
}

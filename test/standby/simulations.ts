import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { readStopwatch } from '../../src/time/clock.ts';
import type { Received } from '../support/keep-alive.ts';
import { castKey } from '../support/ngc-cast.ts';
import type { Instance } from '../support/standby.ts';

export const AIR = castKey('air-admin').key;
const SIMULATIONS = '/api/v3/simulations/';

/** The outcome of a change, as far as its client knows. */
type Outcome = 'done' | 'refused' | 'unknown';

/** The outcomes of requests that create simulations. */
export class Ledger {
  readonly tried = new Set<string>();
  readonly acknowledged = new Set<string>();
  readonly refused = new Set<string>();
  readonly unknown = new Set<string>();
  /** Unexpected responses. */
  readonly others: unknown[] = [];

  /** Creates a simulation. */
  async make(at: Instance, name: string): Promise<Outcome> {
    this.tried.add(name);
    let outcome: Outcome;
    try {
      outcome = this.#outcomeOf(await at.call(`POST ${SIMULATIONS}`, { token: AIR, body: { name } }));
    } catch (cause) {
      // Only without a connection it is known that nothing was stored.
      outcome = (cause as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'refused' : 'unknown';
    }
    if (outcome === 'done') this.acknowledged.add(name);
    else this[outcome].add(name);
    return outcome;
  }

  #outcomeOf({ status, body, headers, decision }: Received): Outcome {
    if (status === 201) return 'done';
    if (status === 503 && decision?.reason === 'outcome_unknown') return 'unknown';
    if (status !== 503 || headers['retry-after'] !== '1') this.others.push({ status, body, headers });
    return 'refused';
  }

  /** Expects all acknowledged simulations, no rejected ones, and no duplicates. */
  expectKept(names: readonly string[]): void {
    const all = new Set(names);
    expect(this.others).toEqual([]);
    expect([...this.acknowledged].filter((name) => !all.has(name))).toEqual([]);
    expect([...this.refused].filter((name) => all.has(name) && !this.acknowledged.has(name))).toEqual([]);
    expect(all.size).toBe(names.length);
  }
}

/** Lists the names of all simulations. @param search a part of the names */
export async function listNames(at: Instance, search = ''): Promise<string[]> {
  const names = await tryListNames(at, search);
  if (names === null) throw new Error('no list of simulations');
  return names;
}

/** Lists names, or returns null if the process is not ready or the connection breaks. @throws for any other response */
async function tryListNames(at: Instance, search: string): Promise<string[] | null> {
  const names: string[] = [];
  for (;;) {
    const page = `limit=1000&offset=${names.length}&search=${search}`;
    const answer = await at.call(`GET ${SIMULATIONS}?${page}`, { token: AIR }).catch(() => null);
    if (answer === null || answer.status === 503) return null;
    const { status, body } = answer;
    if (status !== 200) throw new Error(`no list: ${status} ${JSON.stringify(body)}`);
    names.push(...body.results.map(({ name }: { readonly name: string }) => name));
    if (names.length >= body.count) return names;
  }
}

/** Reads the number of simulations; null if the process does not answer. */
export async function readCount(at: Instance): Promise<number | null> {
  const answer = await at.call(`GET ${SIMULATIONS}?limit=1`, { token: AIR }).catch(() => null);
  return answer?.status === 200 ? answer.body.count : null;
}

/** The load of clients. */
export interface Load {
  readonly clients: number;
  /** The number of simulations that all clients together create per second. */
  readonly aSecond: number;
  /** Whether a failed change is repeated until it is made, and then read. */
  readonly isPersistent: boolean;
}

/** Clients that create simulations until they are stopped. Each switches to the other process after a failure. */
export class Writers {
  readonly #ledger: Ledger;
  readonly #prefix: string;
  readonly #instances: readonly Instance[];
  readonly #load: Load;
  readonly #working: readonly Promise<void>[];
  #isOver = false;

  /** @param prefix the beginning of all names */
  constructor(ledger: Ledger, prefix: string, instances: readonly Instance[], load: Load) {
    this.#ledger = ledger;
    this.#prefix = prefix;
    this.#instances = instances;
    this.#load = load;
    this.#working = Array.from({ length: load.clients }, (_, client) => this.#write(client));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
  }

  async #write(client: number): Promise<void> {
    const { clients, aSecond, isPersistent } = this.#load;
    const each = (1000 * clients) / aSecond;
    const begin = readStopwatch() + (each * client) / clients;
    const current = new Current(this.#instances);
    for (let number = 0; !this.#isOver; number += 1) {
      await setTimeout(Math.max(0, begin + each * number - readStopwatch()));
      const name = `${this.#prefix}-${client}-${number}`;
      if (isPersistent) await this.#makeSurely(current, name);
      else if ((await this.#ledger.make(current.instance, name)) !== 'done') current.next();
    }
  }

  /** Repeats rejected requests. If the outcome is unknown, it first checks whether the simulation exists. */
  async #makeSurely(current: Current, name: string): Promise<void> {
    for (let isDone = false; !isDone; ) {
      const outcome = await this.#ledger.make(current.instance, name);
      isDone = outcome === 'done' || (outcome === 'unknown' && (await exists(current, name)));
      if (!isDone) await current.nextSoon();
    }
    this.#ledger.acknowledged.add(name);
    if (!(await exists(current, name))) this.#ledger.others.push(`${name} does not exist after it was created`);
  }
}

/** The process that a client sends its requests to. */
class Current {
  readonly #instances: readonly Instance[];
  #turn = 0;

  constructor(instances: readonly Instance[]) {
    this.#instances = instances;
  }

  get instance(): Instance {
    return this.#instances[this.#turn % this.#instances.length] as Instance;
  }

  next(): void {
    this.#turn += 1;
  }

  async nextSoon(): Promise<void> {
    this.next();
    await setTimeout(20);
  }
}

async function exists(current: Current, name: string): Promise<boolean> {
  for (;;) {
    const names = await tryListNames(current.instance, name);
    if (names !== null) return names.includes(name);
    await current.nextSoon();
  }
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../../src/app/options.ts';
import { createManualClock } from '../../../src/lib/clock.ts';
import { createSeededRandom } from '../../../src/lib/random.ts';
import { emptyFolder } from '../../support/folder.ts';
import { withoutRetired } from '../../support/seeds.ts';
import { type Answer, openServer, type Request, START, type TestServer } from '../../support/server.ts';

/** A server with a data file, so that it can be restarted at any time. */
export class Live {
  /** The clock of the machine, which continues while the server is closed. */
  readonly clock = createManualClock(START);
  /** The counts of outcomes of steps. */
  readonly outcomes = new Map<string, number>();
  readonly #folder: string;
  readonly #config: Partial<Config>;
  #server: TestServer | null = null;
  #starts = 0;

  private constructor(folder: string, config: Partial<Config>) {
    this.#folder = folder;
    this.#config = config;
  }

  static async open(config: Partial<Config> = {}): Promise<Live> {
    const live = new Live(await emptyFolder(), config);
    await live.#start();
    return live;
  }

  get server(): TestServer {
    if (this.#server === null) throw new Error('the server is closed');
    return this.#server;
  }

  readonly call = (request: string, parts?: Request): Promise<Answer> => this.server.call(request, parts);

  note(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }

  async restart(): Promise<void> {
    await this.server.close();
    await this.#start();
    this.note('restart');
  }

  /** Closes the server, and removes the file. */
  async end(): Promise<void> {
    await this.#server?.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    this.#server = null;
    this.#starts += 1;
    // Each start draws different ids, as with real randomness.
    const random = createSeededRandom(`start ${this.#starts}`);
    const data = join(this.#folder, 'mock.db');
    this.#server = await openServer({ ...this.#config, data }, { clock: this.clock, random, seed: withoutRetired });
  }
}

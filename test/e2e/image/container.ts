import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject } from 'vitest';
import { type ControlClient, connect } from '../../../src/index.ts';
import { it as inFolder } from '../../support/in-folder.ts';
import { type CommandResult, Engine } from './engine.ts';

const PORT = 6625;
const NODE = '/nodejs/bin/node';

/** The command in the image. */
export const COMMAND = [NODE, '/app/dist/main.cjs'] as const;

/** How long a container may take to become ready, or healthy. */
const PATIENCE_MS = 60_000;

/** Options of the engine, and arguments of the image. */
export interface RunOptions {
  readonly options?: readonly string[];
  readonly args?: readonly string[];
}

/** A test that is given the engine. Afterwards everything that was created with it is removed. */
export const it = inFolder.extend<{ engine: Engine }>({
  engine: async ({ signal, skip }, use) => {
    const offer = inject('engine');
    if (offer === null) return skip('there is no container engine');
    const engine = new Engine(offer, signal);
    await use(engine);
    await engine.sweep();
  },
});

/** A running container of the image, as this machine reaches it. */
export class Container {
  readonly name: string;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.name = engine.name('mock');
  }

  /** Starts the image, and waits until the server is ready. */
  static async start(engine: Engine, { options = [], args = [] }: RunOptions = {}): Promise<Container> {
    const container = new Container(engine);
    const publish = ['--publish', `127.0.0.1::${PORT}`];
    await engine.run(['run', '--detach', '--name', container.name, ...publish, ...options, engine.image, ...args]);
    await container.ready();
    return container;
  }

  /** Runs a command of the engine, such as `restart`. */
  do(...command: string[]): Promise<string> {
    return this.#engine.run([...command, this.name]);
  }

  /** Runs a command of nv-auth-mock in the container. */
  exec(...args: string[]): Promise<CommandResult> {
    return this.#engine.attempt(['exec', this.name, ...COMMAND, ...args]);
  }

  /** @returns the value of a JavaScript expression in the container */
  evaluate(expression: string): Promise<string> {
    return this.#engine.run(['exec', this.name, NODE, '--print', expression]);
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into parts of every form
  async inspect(path: string): Promise<any> {
    return JSON.parse(await this.do('inspect', '--format', `{{json ${path}}}`));
  }

  async logs(): Promise<string> {
    const { out, err } = await this.#engine.attempt(['logs', this.name]);
    return `${out}\n${err}`.trim();
  }

  /** The engine chooses a new port at each start. */
  async url(): Promise<string> {
    const [address] = (await this.#engine.run(['port', this.name, `${PORT}/tcp`])).split('\n');
    return `http://${address}`;
  }

  /** The client of the control API, until it is restarted. */
  async connect(): Promise<ControlClient> {
    return connect(await this.url());
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  async json(path: string): Promise<any> {
    return (await fetch(`${await this.url()}${path}`)).json();
  }

  /** @param token of the caller @returns the status of `GET path` */
  async get(path: string, token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${await this.url()}${path}`, { headers })).status;
  }

  /** Asks inside the container: a published port is open before the server listens. */
  ready(): Promise<void> {
    return this.#until(async () => (await this.exec('health')).code === 0);
  }

  /** The result of the health checks, after the first one. */
  async health(): Promise<{ Status: string; Log: { Output: string; ExitCode: number }[] }> {
    await this.#until(async () => (await this.inspect('.State.Health.Status')) !== 'starting');
    return this.inspect('.State.Health');
  }

  async #until(isSo: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await isSo().catch(() => false))) {
      const isWaiting = (await this.inspect('.State.Running')) && performance.now() < deadline;
      expect(isWaiting, `the server does not become ready:\n${await this.logs()}`).toBe(true);
      await sleep(200);
    }
  }
}

/** Runs the image until it ends by itself. */
export function runOnce(engine: Engine, { options = [], args = [] }: RunOptions): Promise<CommandResult> {
  return engine.attempt(['run', '--rm', '--name', engine.name('once'), ...options, engine.image, ...args]);
}

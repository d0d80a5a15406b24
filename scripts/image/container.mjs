// @ts-check
/** One container of the image, as this machine reaches it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Bad } from './expect.mjs';

/** Milliseconds that a container may take until it is ready, and healthy. */
const PATIENCE = 60_000;
const PORT = 6625;

/** The command in the image, for `exec`. */
const COMMAND = ['/nodejs/bin/node', '/app/dist/main.cjs'];

/** @typedef {import('./engine.mjs').Engine} Engine */
/** @typedef {{ options?: readonly string[], args?: readonly string[] }} Order options of the engine, and arguments of the image */

/** The package's own, as it was built. */
export const { connect } = /** @type {typeof import('../../src/index.ts')} */ (
  await import(new URL('../../dist/index.js', import.meta.url).href)
);

export class Container {
  /** @param {Engine} engine @param {string} name */
  constructor(engine, name) {
    this.engine = engine;
    this.name = name;
  }

  /** Waits until the server answers. @param {Engine} engine @param {Order} [order] @throws Bad if it does not become ready */
  static async start(engine, { options = [], args = [] } = {}) {
    const container = new Container(engine, engine.name('mock'));
    const publish = ['--publish', `127.0.0.1::${PORT}`];
    await engine.run(['run', '--detach', '--name', container.name, ...publish, ...options, engine.image, ...args]);
    await container.ready();
    return container;
  }

  /** @param {string[]} command such as `restart` */
  async do(...command) {
    return this.engine.run([...command, this.name]);
  }

  /** A command in it. @param {string[]} args */
  async exec(...args) {
    return this.engine.attempt(['exec', this.name, ...COMMAND, ...args]);
  }

  /** What an expression of JavaScript has for a value in it. @param {string} expression */
  async evaluate(expression) {
    return this.engine.run(['exec', this.name, '/nodejs/bin/node', '--print', expression]);
  }

  /** A part of what the engine knows of it. @param {string} path @returns {Promise<any>} `any`: parts of every form */
  async inspect(path) {
    return JSON.parse(await this.do('inspect', '--format', `{{json ${path}}}`));
  }

  async logs() {
    const { out, err } = await this.engine.attempt(['logs', this.name]);
    return `${out}\n${err}`.trim();
  }

  /** The engine chooses the port, anew at each start. */
  async url() {
    const [address] = (await this.engine.run(['port', this.name, `${PORT}/tcp`])).split('\n');
    return `http://${address}`;
  }

  /** The switchboard of its server, until it is started again. */
  async switchboard() {
    return connect(await this.url());
  }

  /** @param {string} path @param {RequestInit} [init] */
  async fetch(path, init) {
    return fetch(`${await this.url()}${path}`, init);
  }

  /** @param {string} path @returns {Promise<any>} `any`: bodies of every form */
  async json(path) {
    return (await this.fetch(path)).json();
  }

  /** Asks in the container: from outside, a port that is published is open before anything listens there. */
  async ready() {
    await this.#until('ready', async () => (await this.exec('health')).code === 0);
  }

  /** What the engine knows of its health, once it knows any. */
  async health() {
    await this.#until('healthy', async () => (await this.inspect('.State.Health.Status')) !== 'starting');
    return this.inspect('.State.Health');
  }

  /** @param {string} what @param {() => Promise<boolean>} isSo */
  async #until(what, isSo) {
    const deadline = performance.now() + PATIENCE;
    while (!(await isSo().catch(() => false))) {
      if ((await this.inspect('.State.Running')) === false || performance.now() > deadline) {
        throw new Bad(
          `it becomes ${what}: got ${JSON.stringify(await this.logs())}, expected a server that is ${what}`,
        );
      }
      await sleep(200, undefined, { signal: this.engine.signal });
    }
  }
}

/**
 * A command that ends, or a start that is refused: what it prints.
 *
 * @param {Engine} engine
 * @param {Order} order
 */
export async function runOnce(engine, { options = [], args = [] }) {
  return engine.attempt(['run', '--rm', '--name', engine.name('once'), ...options, engine.image, ...args], PATIENCE);
}

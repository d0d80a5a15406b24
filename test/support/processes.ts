import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  type CommandResult,
  type Credentials,
  launchProgram,
  MAIN,
  type Running,
  type Surroundings,
} from './command.ts';
import { it as inFolder } from './in-folder.ts';
import { type Client, clientOf } from './keep-alive.ts';
import { findFreePort } from './ports.ts';
import { freshSchema, privatePostgres, type Schema, sql } from './postgres.ts';
import type { PostgresServer } from './postgres-server.ts';

/** A process of the command on a database. */
export interface Instance extends Running {
  readonly port: number;
  readonly url: string;
  readonly call: Client['call'];
  tokenOf(credentials: Credentials): Promise<string>;
  /** Waits until it reports that it is ready. @throws if it ends first */
  waitUntilReady(): Promise<void>;
  /** Waits until it reports that it waits for such a reason. @throws if it ends first */
  waitForReason(reason: RegExp): Promise<void>;
  /** Whether `GET /_mock/health` responds with 200. */
  isReady(): Promise<boolean>;
  /** Whether its port accepts connections. */
  isListening(): Promise<boolean>;
  /** Sends a signal, and waits for its end. */
  end(signal: NodeJS.Signals): Promise<CommandResult>;
}

/** Two processes on a database. */
export interface Pair {
  /** The process that has the worlds. */
  readonly active: Instance;
  /** The process that waits for them. */
  readonly waiting: Instance;
}

/** Starts a process with `--data`. */
export type Start = (data: string, ...args: readonly string[]) => Promise<Instance>;

/** The reason of a process that waits for another process. */
export const LOCKED = / has the lock of the schema /;

/** Tests with processes on PostgreSQL, which are killed afterwards. */
export const it = inFolder.extend<{
  launch(args: readonly string[], surroundings?: Surroundings): Running;
  /** Starts a process without waiting for it. */
  begin: Start;
  /** Starts a process, and waits until it is ready. */
  start: Start;
  /** Starts a process, and another one that waits for it. */
  startPair(data: string): Promise<Pair>;
  schema: Schema;
  /** A database that the test may break. */
  database: PostgresServer;
}>({
  launch: async ({ folder }, use) => {
    const launched: Running[] = [];
    await use((args, surroundings) => {
      const running = launchProgram(process.execPath, [MAIN, ...args], folder, surroundings);
      launched.push(running);
      return running;
    });
    for (const { kill } of launched) kill('SIGKILL');
    for (const { ended } of launched) await ended;
  },
  begin: async ({ launch }, use) => {
    const clients: Client[] = [];
    await use(async (data, ...args) => {
      // Choose the port, because a process reports its port only when it is ready.
      const port = await findFreePort();
      const client = clientOf(port);
      clients.push(client);
      return createInstance(port, launch(['start', '--port', String(port), '--json', '--data', data, ...args]), client);
    });
    for (const { close } of clients) close();
  },
  start: async ({ begin }, use) => {
    await use(async (data, ...args) => {
      const instance = await begin(data, ...args);
      await instance.waitUntilReady();
      return instance;
    });
  },
  startPair: async ({ begin, start }, use) => {
    await use(async (data) => {
      const active = await start(data);
      const waiting = await begin(data);
      await waiting.waitForReason(LOCKED);
      return { active, waiting };
    });
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads off the pattern what a fixture needs
  schema: async ({}, use) => {
    const schema = await freshSchema();
    await use(schema);
    await schema.drop();
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  database: async ({}, use) => {
    const database = await privatePostgres();
    await use(database);
    await database.end();
  },
});

function createInstance(port: number, running: Running, { call }: Client): Instance {
  return {
    ...running,
    port,
    url: `http://127.0.0.1:${port}`,
    call,
    tokenOf: async ({ clientId, clientSecret }) => {
      const body = { grantType: 'client_credentials', clientId, clientSecret };
      const answer = await call('POST /api/v1/token', { body });
      expect(answer.status).toBe(200);
      return answer.body.accessToken;
    },
    waitUntilReady: async () => {
      await running.waitForOutput(/"event":"ready"/);
    },
    waitForReason: async ({ source }) => {
      await running.waitForMessage(new RegExp(`^nv-auth-mock: waiting: [^\n]*${source}`, 'm'));
    },
    isReady: async () => (await call('GET /_mock/health').catch(() => null))?.status === 200,
    isListening: () =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.destroy());
        socket.once('error', () => {}).once('close', (hadError) => resolve(!hadError));
      }),
    end: (signal) => {
      running.kill(signal);
      return running.ended;
    },
  };
}

/** Expects that a process ended because it lost its session with the database. */
export function expectLost({ code, stderr }: CommandResult): void {
  expect([code, stderr]).toEqual([
    75,
    expect.stringMatching(
      /^nv-auth-mock: The session with the database has ended \(.+\), so another process may have the worlds\. Restart this server\.$/m,
    ),
  ]);
}

/** Ends the session of a process with its database. */
export async function endSession(url: string, pid: number | undefined): Promise<void> {
  const isOurs = `application_name LIKE '%process ${pid}'`;
  expect(await sql(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${isOurs}`)).toHaveLength(1);
}

/** Waits until a condition is true. */
export async function until(isTrue: () => Promise<boolean>, milliseconds = 20_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${isTrue}`);
    await setTimeout(10);
  }
}

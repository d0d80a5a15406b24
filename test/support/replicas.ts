import { rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { test } from 'vitest';
import { type Credentials, type Ended, launchProgram, MAIN, type Running, ready } from './command.ts';
import { emptyFolder } from './folder.ts';
import { type Client, clientOf, type Received, type Sent } from './keep-alive.ts';
import { freshSchema, privatePostgres, type Schema } from './postgres.ts';
import type { PostgresServer } from './postgres-server.ts';

/** A process of the server, on a database that others use as well. */
export interface Replica {
  readonly url: string;
  readonly port: number;
  call(request: string, sent?: Sent): Promise<Received>;
  /** The answer to a token request. */
  grant(credentials: Credentials): Promise<Received>;
  tokenOf(credentials: Credentials): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** `kill -9`. */
  crash(): Promise<Ended>;
  stop(): Promise<Ended>;
}

/** Two processes on one database. */
export interface Replicas {
  readonly a: Replica;
  readonly b: Replica;
  readonly both: readonly [Replica, Replica];
  /** By turns. */
  next(): Replica;
  /** What leads to their database. */
  readonly data: string;
}

/** A database of its own, which a test may hurt. */
export interface Stricken extends Replicas {
  readonly database: PostgresServer;
}

/** Starts a process, and waits until it is ready. */
export type Start = (data: string, ...args: readonly string[]) => Promise<Replica>;

/** Runs the command without waiting for anything. */
export type Launch = (...args: readonly string[]) => Running;

/** Tests with processes on PostgreSQL, which are killed afterwards. */
export const it = test.extend<{
  folder: string;
  launch: Launch;
  start: Start;
  schema: Schema;
  replicas: Replicas;
  stricken: Stricken;
}>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads off the pattern what a fixture needs
  folder: async ({}, use) => {
    const folder = await emptyFolder();
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  launch: async ({ folder }, use) => {
    const launched: Running[] = [];
    await use((...args) => {
      const running = launchProgram(process.execPath, [MAIN, ...args], folder);
      launched.push(running);
      return running;
    });
    for (const { kill } of launched) kill('SIGKILL');
    for (const { ended } of launched) await ended;
  },
  start: async ({ launch }, use) => {
    const clients: Client[] = [];
    await use(async (data, ...args) => {
      const server = await ready(launch('start', '--port', '0', '--json', '--data', data, ...args));
      const client = clientOf(server.port);
      clients.push(client);
      return replicaOf(server, client);
    });
    for (const { close } of clients) close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  schema: async ({}, use) => {
    const schema = await freshSchema();
    await use(schema);
    await schema.drop();
  },
  replicas: async ({ schema, start }, use) => {
    await use(await twoOn(schema.url, start));
  },
  stricken: async ({ start }, use) => {
    const database = await privatePostgres();
    await use({ ...(await twoOn(database.url, start)), database });
    await database.end();
  },
});

async function twoOn(data: string, start: Start): Promise<Replicas> {
  const [a, b] = await Promise.all([start(data), start(data)]);
  let turns = 0;
  return {
    ...{ a, b, both: [a, b], data },
    next: () => {
      turns += 1;
      return turns % 2 === 1 ? a : b;
    },
  };
}

function replicaOf({ url, port, kill, stop, crash }: Awaited<ReturnType<typeof ready>>, { call }: Client): Replica {
  const grant: Replica['grant'] = ({ clientId, clientSecret }) =>
    call('POST /api/v1/token', { body: { grantType: 'client_credentials', clientId, clientSecret } });
  return {
    ...{ url, port, kill, stop, crash, call, grant },
    tokenOf: async (credentials) => {
      const { status, body } = await grant(credentials);
      if (status !== 200) throw new Error(`no token: ${status} ${JSON.stringify(body)}`);
      return body.accessToken;
    },
  };
}

/** Does something many times, so many at once. */
export async function inParallel(
  times: number,
  atOnce: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < times) {
      const number = next;
      next += 1;
      await work(number);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Waits, in milliseconds. */
export async function soon(milliseconds: number): Promise<void> {
  await setTimeout(milliseconds);
}

import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { test } from 'vitest';
import { type Ended, launchProgram, MAIN, type Running, type Surroundings } from './command.ts';
import { emptyFolder } from './folder.ts';
import { type Client, clientOf, type Received } from './keep-alive.ts';
import { takenPort } from './ports.ts';
import { freshSchema, type Schema } from './postgres.ts';

/** A process of the server, whether it has the worlds or not. */
export interface Process extends Client {
  readonly running: Running;
  readonly port: number;
  readonly url: string;
  /** What its health says: `ready`, `standby` or `waiting`. */
  status(): Promise<string>;
  isReady(): Promise<boolean>;
  /** Waits until it has the worlds. */
  untilReady(milliseconds?: number): Promise<void>;
  stop(): Promise<Ended>;
  crash(): Promise<Ended>;
}

/** Starts a process on a database, and waits until it listens. */
export type Start = (data: string, ...args: readonly string[]) => Promise<Process>;

/** Tests with processes on PostgreSQL, which are killed afterwards. */
export const it = test.extend<{
  folder: string;
  launch: (args: readonly string[], surroundings?: Surroundings) => Running;
  start: Start;
  schema: Schema;
}>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads off the pattern what a fixture needs
  folder: async ({}, use) => {
    const folder = await emptyFolder();
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
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
  start: async ({ launch }, use) => {
    const clients: Client[] = [];
    await use(async (data, ...args) => {
      const port = await freePort();
      const running = launch(['start', '--port', String(port), '--json', '--data', data, ...args]);
      const client = clientOf(port);
      clients.push(client);
      await listening(port, running);
      return processOf(running, port, client);
    });
    for (const { close } of clients) close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  schema: async ({}, use) => {
    const schema = await freshSchema();
    await use(schema);
    await schema.drop();
  },
});

/** A port that was free a moment ago: a standby does not print the one that it chose. */
export async function freePort(): Promise<number> {
  const { port, release } = await takenPort();
  await release();
  return port;
}

/** Waits until something listens. @throws what the process said, if it ends before */
export async function listening(port: number, running: Running): Promise<void> {
  let ended: Ended | null = null;
  void running.ended.then((end) => {
    ended = end;
  });
  const isOpen = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => socket.destroy());
      socket.once('error', () => {}).once('close', (hadError) => resolve(!hadError));
    });
  while (!(await isOpen())) {
    if (ended !== null) throw new Error(`it ended: ${JSON.stringify(ended)}`);
    await setTimeout(10);
  }
}

function processOf(running: Running, port: number, client: Client): Process {
  const endBy = (signal: NodeJS.Signals) => {
    running.kill(signal);
    return running.ended;
  };
  const isReady = async () => (await client.call('GET /_mock/health?ready')).status === 200;
  return {
    ...client,
    ...{ running, port, url: `http://127.0.0.1:${port}`, isReady },
    status: async () => (await client.call('GET /_mock/health')).body.status,
    untilReady: (milliseconds = 15_000) => until(isReady, milliseconds),
    stop: () => endBy('SIGTERM'),
    crash: () => endBy('SIGKILL'),
  };
}

/** Waits until it is so. */
export async function until(isSo: () => Promise<boolean>, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not so within ${milliseconds} ms: ${isSo}`);
    await setTimeout(20);
  }
}

/** Runs statements on a connection of their own. @returns the rows of the last one */
export async function sql(url: string, ...statements: readonly string[]): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    let rows: readonly unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

/** The same URL with a change. */
export function changed(url: string, change: (url: URL) => void): string {
  const other = new URL(url);
  change(other);
  return other.href;
}

/** What a proxy does with the bytes of both directions. */
export type Manner =
  | 'passes'
  /** They are lost. */
  | 'swallows'
  /** They wait until it passes again, as on a network that comes back; so does the end of a connection. */
  | 'holds'
  /** Those of the database come later. */
  | 'delays';

/** A proxy in front of a database. */
export interface DatabaseProxy {
  readonly port: number;
  /** The port where the next connections lead. */
  target: number;
  manner: Manner;
  /** For `delays`, in milliseconds. */
  delay: number;
  /** The same URL, by way of the proxy. */
  through(url: string): string;
  /** Breaks all connections. */
  cut(): void;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<DatabaseProxy> {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let manner: Manner = 'passes';
  const forward = (from: Socket, to: Socket, isAnswer: boolean) => {
    const act = (work: () => void) => {
      if (manner === 'holds') held.push(work);
      else if (manner === 'delays' && isAnswer) void setTimeout(proxy.delay).then(work);
      else if (manner !== 'swallows') work();
    };
    from.on('data', (part) => act(() => to.write(part)));
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      act(() => to.destroy());
    });
  };
  const server = createServer((client) => {
    const database = connect(proxy.target, '127.0.0.1');
    for (const socket of [client, database]) sockets.add(socket);
    forward(client, database, false);
    forward(database, client, true);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: DatabaseProxy = {
    ...{ port, target },
    delay: 0,
    cut,
    get manner() {
      return manner;
    },
    set manner(next) {
      manner = next;
      if (next === 'passes') for (const work of held.splice(0)) work();
    },
    through: (url) =>
      changed(url, (one) => {
        one.port = String(port);
      }),
    close: async () => {
      manner = 'passes';
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

/** Sends requests, each after the answer to the one before, until it is told to stop. */
export function asking(
  ask: () => Promise<Received>,
  each: (answer: Received) => void = () => {},
): { readonly answers: readonly Received[]; stop(): Promise<readonly Received[]> } {
  const answers: Received[] = [];
  let isOver = false;
  const done = (async () => {
    while (!isOver) {
      const answer = await ask();
      answers.push(answer);
      each(answer);
      await setTimeout(10);
    }
  })();
  return {
    answers,
    stop: async () => {
      isOver = true;
      await done;
      return answers;
    },
  };
}

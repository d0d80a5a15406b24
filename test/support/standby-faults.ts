import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import type { CommandResult, Running } from './command.ts';
import type { Received } from './keep-alive.ts';

/** Waits until a port accepts connections. @throws with the output of the process if it ends first */
export async function listening(port: number, running: Running): Promise<void> {
  let ended: CommandResult | null = null;
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

/** Runs statements on a separate connection. @returns the rows of the last one */
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

/** Returns a URL with a change. */
export function changed(url: string, change: (url: URL) => void): string {
  const other = new URL(url);
  change(other);
  return other.href;
}

/** What a proxy does with the bytes of both directions. */
export type Manner =
  | 'passes'
  /** Drops them. */
  | 'swallows'
  /** Delivers them once it passes data again, like a recovered network; also the end of a connection. */
  | 'holds'
  /** Delays those of the database. */
  | 'delays';

/** A proxy in front of a database. */
export interface DatabaseProxy {
  readonly port: number;
  /** The target port of new connections. */
  target: number;
  manner: Manner;
  /** For `delays`, in milliseconds. */
  delay: number;
  /** Returns a URL through the proxy. */
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
    port,
    target,
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

/** Sends requests in sequence until it is stopped. */
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

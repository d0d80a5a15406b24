import { setTimeout } from 'node:timers/promises';
import {
  type CommandResult,
  type Credentials,
  launchProgram,
  MAIN,
  type Running,
  type Surroundings,
} from './command.ts';
import { it as inFolder } from './in-folder.ts';
import { type Client, clientOf, type Received, type Sent } from './keep-alive.ts';
import { findFreePort } from './ports.ts';
import { freshSchema, privatePostgres, type Schema } from './postgres.ts';
import type { PostgresServer } from './postgres-server.ts';

/** A process of the command on a shared schema. */
export interface Instance {
  readonly running: Running;
  readonly port: number;
  readonly url: string;
  /** Resolves with the line that reports that the command is ready. */
  readonly ready: Promise<string>;
  call(request: string, sent?: Sent): Promise<Received>;
  /** Sends a token request. */
  grant(credentials: Credentials): Promise<Received>;
  tokenOf(credentials: Credentials): Promise<string>;
  /** Returns the status of `GET /_mock/health`; null without a response. */
  status(): Promise<'ready' | 'waiting' | 'standby' | null>;
  /** Waits until it has this status. */
  until(status: 'ready' | 'standby' | 'waiting'): Promise<void>;
  /** Returns the result of `GET /_mock/health?ready`. */
  isReady(): Promise<boolean>;
  untilReady(milliseconds?: number): Promise<void>;
  /** Closes the connections to it. */
  close(): void;
  kill(signal: NodeJS.Signals): void;
  /** Kills it with SIGKILL. */
  crash(): Promise<CommandResult>;
  stop(): Promise<CommandResult>;
  /** Starts another process on the same port. The previous one must have ended. */
  launchAgain(): Instance;
  /** The same, and waits until it listens. */
  again(): Promise<Instance>;
}

/** A process that is restarted after every exit code other than 0, like `restart: on-failure`. */
export interface Supervised extends Instance {
  /** The processes that have ended so far. */
  readonly ends: readonly CommandResult[];
}

/** Two processes on one schema. */
export interface Pair {
  /** Serves the worlds. */
  readonly active: Instance;
  /** Waits to take over. */
  readonly standby: Instance;
  /** The value of `--data` of both. */
  readonly data: string;
}

/** A pair with a separate database that tests may break. */
export interface PairAlone extends Pair {
  readonly database: PostgresServer;
}

/** Starts the command without waiting. */
export type Launch = (args: readonly string[], surroundings?: Surroundings) => Running;

/** Starts a process with `--data`, and waits until it listens. */
export type Start = (data: string, ...args: readonly string[]) => Promise<Instance>;

/** Timeout for starting, or for reaching a status, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Tests with processes on PostgreSQL, which are killed afterwards. */
export const it = inFolder.extend<{
  launch: Launch;
  start: Start;
  supervise: (data: string, ...args: readonly string[]) => Promise<Supervised>;
  schema: Schema;
  pair: Pair;
  alone: PairAlone;
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
  start: async ({ launch }, use) => {
    const clients: Client[] = [];
    const launchAt = (port: number, args: readonly string[]): Instance => {
      const running = launch(['start', '--port', String(port), '--json', ...args]);
      const client = clientOf(port);
      clients.push(client);
      return instanceOf(port, running, client, () => launchAt(port, args));
    };
    // Choose the port, because a process reports its port only when it is ready.
    await use(async (data, ...args) => listening(launchAt(await findFreePort(), ['--data', data, ...args])));
    for (const { close } of clients) close();
  },
  supervise: async ({ start }, use) => {
    const all: Supervised[] = [];
    await use(async (data, ...args) => {
      const supervised = superviseFrom(await start(data, ...args));
      all.push(supervised);
      return supervised;
    });
    await Promise.all(all.map((one) => one.stop()));
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads off the pattern what a fixture needs
  schema: async ({}, use) => {
    const schema = await freshSchema();
    await use(schema);
    await schema.drop();
  },
  pair: async ({ schema, start }, use) => {
    await use(await pairOn(schema.url, start));
  },
  alone: async ({ start }, use) => {
    const database = await privatePostgres();
    await use({ ...(await pairOn(database.url, start)), database });
    await database.end();
  },
});

async function pairOn(data: string, start: Start): Promise<Pair> {
  const active = await start(data);
  await active.ready;
  const standby = await start(data);
  await standby.until('standby');
  return { active, standby, data };
}

/** Waits until it listens. @throws Error if it ends first */
async function listening(instance: Instance): Promise<Instance> {
  await Promise.race([until(async () => (await instance.status()) !== null), endedEarly(instance.running)]);
  return instance;
}

function instanceOf(
  port: number,
  running: Running,
  { call, close }: Client,
  launchAgain: Instance['launchAgain'],
): Instance {
  const grant: Instance['grant'] = ({ clientId, clientSecret }) =>
    call('POST /api/v1/token', { body: { grantType: 'client_credentials', clientId, clientSecret } });
  const status: Instance['status'] = async () => {
    const answer = await call('GET /_mock/health').catch(() => null);
    return answer === null ? null : answer.body.status;
  };
  const endBy = (signal: NodeJS.Signals) => {
    running.kill(signal);
    return running.ended;
  };
  const isReady = async () => (await call('GET /_mock/health?ready').catch(() => null))?.status === 200;
  const ready = running.waitForOutput(/^.*"event":"ready".*\n/).then(([line]) => line);
  // A process killed earlier never reports it.
  ready.catch(() => {});
  return {
    running,
    port,
    ready,
    call,
    close,
    grant,
    status,
    isReady,
    launchAgain,
    again: () => listening(launchAgain()),
    url: `http://127.0.0.1:${port}`,
    tokenOf: async (credentials) => {
      const answer = await grant(credentials);
      if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body.accessToken;
    },
    until: (expected) => until(async () => (await status()) === expected),
    untilReady: (milliseconds) => until(isReady, milliseconds),
    kill: running.kill,
    crash: () => endBy('SIGKILL'),
    stop: () => endBy('SIGTERM'),
  };
}

/** Restart delay in milliseconds, like Docker's first one. */
const RESTART_MS = 100;

function superviseFrom(first: Instance): Supervised {
  const ends: CommandResult[] = [];
  let current = first;
  let isStopping = false;
  const watch = async () => {
    for (;;) {
      const ended = await current.running.ended;
      ends.push(ended);
      if (isStopping || ended.code === 0) return ended;
      await setTimeout(RESTART_MS);
      if (isStopping) return ended;
      current = current.launchAgain();
    }
  };
  const watching = watch();
  return {
    ...first,
    ends,
    get running() {
      return current.running;
    },
    kill: (signal) => current.kill(signal),
    crash: async () => {
      const { ended } = current.running;
      current.kill('SIGKILL');
      return ended;
    },
    stop: async () => {
      isStopping = true;
      current.kill('SIGTERM');
      return watching;
    },
  };
}

async function endedEarly({ ended }: Running): Promise<never> {
  const { stderr } = await ended;
  throw new Error(`it ended before it listened: ${stderr}`);
}

/** Waits until a condition is true. */
export async function until(isSo: () => Promise<boolean>, milliseconds = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not so within ${milliseconds} ms: ${isSo}`);
    await setTimeout(10);
  }
}

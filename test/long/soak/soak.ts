import { createSeededRandom } from '../../../src/lib/random.ts';
import { type BuiltServer, type ProcessStats, startBuiltServer } from './server.ts';
import { type Client, createSend, GRANT, type Kind, kindAt, type Send, TRAFFIC } from './traffic.ts';
import { SoakWorlds } from './worlds.ts';

export interface SoakPlan {
  readonly data: string;
  readonly requests: number;
  /** The most that it takes, in minutes. */
  readonly minutes: number;
  readonly seed: string;
  /** Only this kind of traffic; default: all. */
  readonly only?: string;
  /** How many worlds there are; default: 50. */
  readonly worlds?: number;
  /** How many send at once; default: 32. */
  readonly connections?: number;
  readonly progress?: (figures: SoakFigures) => void;
}

export interface SoakFigures {
  requests: number;
  readonly statuses: Map<number, number>;
  /** The first answer of 5xx, or list of a world that is not what it must be, which ends it; and some that came meanwhile. */
  readonly faults: string[];
  /** The usual time of one token grant while nobody else asks, in milliseconds. */
  usual: number;
  /** The longest answer, and to what. */
  longest: { took: number; line: string };
  stats: readonly ProcessStats[];
  /** Why it ended before its time; null: it did not. */
  crash: string | null;
  minutes: number;
}

/** MB of the old generation. */
const HEAP = 128;
const MAX_FAULTS = 5;
const GRANTS = 400;

/** Mixed requests to a built server of little memory, until there were so many, the time is over, or one went wrong. */
export async function soak(plan: SoakPlan): Promise<SoakFigures> {
  const { data, requests, minutes, seed, only, worlds = 50, connections = 32, progress } = plan;
  const server = await startBuiltServer(data, [], HEAP);
  const figures: SoakFigures = {
    requests: 0,
    statuses: new Map(),
    faults: [],
    usual: await usualGrant(server),
    longest: { took: 0, line: '' },
    stats: server.stats,
    crash: null,
    minutes: 0,
  };
  const traffic = TRAFFIC.filter(({ name }) => only === undefined || name === only);
  const begin = performance.now();
  const isOver = () => {
    figures.minutes = (performance.now() - begin) / 60_000;
    return (
      figures.requests >= requests || figures.minutes >= minutes || figures.crash !== null || figures.faults.length > 0
    );
  };
  const clients = Array.from({ length: connections }, (_, number) =>
    run(server, number, { seed, traffic, worlds, connections }, figures, isOver, progress),
  );
  await Promise.all(clients);
  await server.stop();
  return figures;
}

async function run(
  server: BuiltServer,
  number: number,
  {
    seed,
    traffic,
    worlds: count,
    connections,
  }: Required<Pick<SoakPlan, 'seed' | 'worlds' | 'connections'>> & { readonly traffic: readonly Kind[] },
  figures: SoakFigures,
  isOver: () => boolean,
  progress: SoakPlan['progress'],
): Promise<void> {
  const random = createSeededRandom(`${seed} ${number}`);
  const draw = () => Number.parseInt(random.hex(8), 16) / 2 ** 32;
  const send = createSend(server, (line, reply) => {
    noteReply(figures, line, reply);
    progress?.(figures);
  });
  // Each world has one connection that writes to it, so what must be in it is certain.
  const ids = Array.from({ length: count }, (_, index) => index).filter((index) => index % connections === number);
  const worlds = new SoakWorlds(
    send,
    ids.map((index) => `soak-${index}`),
  );
  const step = () =>
    worlds.step(draw).catch((cause: Error) => {
      if (server.ended !== null) throw cause;
      figures.faults.push(cause.message.slice(0, 600));
    });
  const client: Client = { number, token: '', refreshToken: '', count: 0, step };
  try {
    await TRAFFIC[0]?.run(send, client);
    while (!isOver()) {
      client.count += 1;
      await kindAt(draw(), traffic).run(send, client);
    }
  } catch (cause) {
    const end = server.ended === null ? '' : `, it ended with ${server.ended.code ?? server.ended.signal}`;
    figures.crash ??= `${cause}${end}: ${server.stderr.slice(0, 600)}`;
  }
}

function noteReply(figures: SoakFigures, line: string, { status, text, durationMs }: Awaited<ReturnType<Send>>): void {
  figures.requests += 1;
  figures.statuses.set(status, (figures.statuses.get(status) ?? 0) + 1);
  if (status >= 500 && figures.faults.length < MAX_FAULTS)
    figures.faults.push(`${status} ${line.slice(0, 200)}: ${text.slice(0, 300)}`);
  if (durationMs > figures.longest.took) figures.longest = { took: durationMs, line: line.slice(0, 120) };
}

/** The median of many, the first half of which only warm up. */
async function usualGrant(server: BuiltServer): Promise<number> {
  const times: number[] = [];
  for (let grant = 0; grant < GRANTS; grant++) times.push((await server.send(...GRANT)).durationMs);
  return median(times.slice(GRANTS / 2));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** How memory went: the least of each of eight stretches, in MB. What stays in use shows in the least, not in the most. */
export function floors(stats: readonly ProcessStats[], of: 'rss' | 'heap'): number[] {
  const stretch = Math.max(1, Math.floor(stats.length / 8));
  return Array.from({ length: Math.min(8, stats.length) }, (_, index) =>
    Math.min(...stats.slice(index * stretch, (index + 1) * stretch).map((one) => one[of])),
  );
}

/** The second stretch has everything that is made once; a last one that is half as much again keeps what it is sent. */
export function isGrowing(levels: readonly number[], slack: number): boolean {
  const [, early = Infinity] = levels;
  return (levels.at(-1) ?? 0) > early * 1.5 + slack;
}

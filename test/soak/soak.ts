import { seededRandom } from '../../src/machine/random.ts';
import { type BuiltServer, startBuilt, type Vitals } from './server.ts';
import { type Ask, askOf, type Client, GRANT, kindAt } from './traffic.ts';

export interface SoakPlan {
  readonly data: string;
  readonly requests: number;
  /** The most that it takes, in minutes. */
  readonly minutes: number;
  readonly seed: string;
  readonly progress?: (figures: SoakFigures) => void;
}

export interface SoakFigures {
  requests: number;
  readonly statuses: Map<number, number>;
  /** Answers of 5xx, the first few. */
  readonly faults: string[];
  /** The usual time of one token grant while nobody else asks, in milliseconds. */
  usual: number;
  /** The longest answer, and to what. */
  longest: { took: number; line: string };
  vitals: readonly Vitals[];
  /** Why it ended before its time; null: it did not. */
  crash: string | null;
  minutes: number;
}

/** MB of the old generation. */
const HEAP = 128;
const CONNECTIONS = 32;
const MOST_FAULTS = 5;
const GRANTS = 400;

/** Mixed requests to a built server of little memory, until there were so many or the time is over. */
export async function soak({ data, requests, minutes, seed, progress }: SoakPlan): Promise<SoakFigures> {
  const server = await startBuilt(data, [], HEAP);
  const figures: SoakFigures = {
    requests: 0,
    statuses: new Map(),
    faults: [],
    usual: await usualGrant(server),
    longest: { took: 0, line: '' },
    vitals: server.vitals,
    crash: null,
    minutes: 0,
  };
  const begin = performance.now();
  const isOver = () => {
    figures.minutes = (performance.now() - begin) / 60_000;
    return figures.requests >= requests || figures.minutes >= minutes || figures.crash !== null;
  };
  const clients = Array.from({ length: CONNECTIONS }, (_, number) =>
    run(server, number, seed, figures, isOver, progress),
  );
  await Promise.all(clients);
  await server.stop();
  return figures;
}

async function run(
  server: BuiltServer,
  number: number,
  seed: string,
  figures: SoakFigures,
  isOver: () => boolean,
  progress: SoakPlan['progress'],
): Promise<void> {
  const random = seededRandom(`${seed} ${number}`);
  const client: Client = { number, token: '', refreshToken: '', count: 0 };
  const ask = askOf(server, (line, reply) => {
    count(figures, line, reply);
    progress?.(figures);
  });
  try {
    await kindAt(0).run(ask, client);
    while (!isOver()) {
      client.count += 1;
      await kindAt(Number.parseInt(random.hex(8), 16) / 2 ** 32).run(ask, client);
    }
  } catch (cause) {
    const end = server.ended === null ? '' : `, it ended with ${server.ended.code ?? server.ended.signal}`;
    figures.crash ??= `${cause}${end}: ${server.complaints.slice(0, 600)}`;
  }
}

function count(figures: SoakFigures, line: string, { status, text, took }: Awaited<ReturnType<Ask>>): void {
  figures.requests += 1;
  figures.statuses.set(status, (figures.statuses.get(status) ?? 0) + 1);
  if (status >= 500 && figures.faults.length < MOST_FAULTS)
    figures.faults.push(`${status} ${line.slice(0, 200)}: ${text.slice(0, 300)}`);
  if (took > figures.longest.took) figures.longest = { took, line: line.slice(0, 120) };
}

/** The median of many, the first half of which only warm up. */
async function usualGrant(server: BuiltServer): Promise<number> {
  const times: number[] = [];
  for (let grant = 0; grant < GRANTS; grant++) times.push((await server.ask(...GRANT)).took);
  return median(times.slice(GRANTS / 2));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** How memory went: the least of each of eight stretches, in MB. What stays in use shows in the least, not in the most. */
export function floors(vitals: readonly Vitals[], of: 'rss' | 'heap'): number[] {
  const stretch = Math.max(1, Math.floor(vitals.length / 8));
  return Array.from({ length: Math.min(8, vitals.length) }, (_, index) =>
    Math.min(...vitals.slice(index * stretch, (index + 1) * stretch).map((one) => one[of])),
  );
}

/** The second stretch has everything that is made once; a last one that is half as much again keeps what it is sent. */
export function isGrowing(levels: readonly number[], slack: number): boolean {
  const [, early = Infinity] = levels;
  return (levels.at(-1) ?? 0) > early * 1.5 + slack;
}

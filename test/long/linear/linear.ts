import fc from 'fast-check';
import type { Operation } from '../../support/documents.ts';
import { FuzzBatch } from '../fuzz/batch.ts';
import type { FuzzAnswer } from '../fuzz/judge.ts';
import type { FuzzRequest } from '../fuzz/requests.ts';
import type { Versions } from '../fuzz/world.ts';
import { headerInputsOf, type Input, inputsOf } from './inputs.ts';
import { cpuOf, type Prepare, worseThanLinear } from './measure.ts';
import { searchInputsOf } from './searches.ts';

/** What was tried, and what grows faster than it should. */
export interface LinearFigures {
  inputs: number;
  readonly worse: string[];
}

export interface LinearPlan {
  readonly versions: Versions;
  /** Which operations; all, unless a small share is wanted. */
  readonly only?: readonly string[];
  /** Which of their inputs. */
  readonly wanted?: (input: Input) => boolean;
  /** Operations that were tried before, in other versions; those of this run are added. */
  readonly tried?: Set<string>;
  readonly progress?: (figures: LinearFigures, operation: string) => void;
  /** Told at once, because it takes long until the end. */
  readonly onWorse?: (reported: string) => void;
}

/** Operations to one server: what they leave behind makes the next ones slower. */
const OPERATIONS = 12;
/** Requests among which one is looked for that is accepted. */
const SAMPLES = 40;
const SEED = 7;

/** Sends every text input in growing lengths, and tells those that are worse than linear. */
export async function linear({
  versions,
  only,
  wanted = () => true,
  tried = new Set(),
  progress,
  onWorse,
}: LinearPlan): Promise<LinearFigures> {
  const figures: LinearFigures = { inputs: 0, worse: [] };
  const operations = (await operationsIn(versions)).filter(({ service, id }) => {
    const isNew = !tried.has(`${service} ${id}`) && !id.endsWith('_alias');
    tried.add(`${service} ${id}`);
    return isNew && (only === undefined || only.includes(id));
  });
  const headed = new Set(['GET', 'POST'].flatMap((method) => firstOfEach(operations, method)));
  for (let from = 0; from < operations.length; from += OPERATIONS) {
    const some = operations.slice(from, from + OPERATIONS);
    await opened(versions, async (batch) => {
      for (const { id } of some) {
        const operation = batch.operations.find((one) => one.id === id) as Operation;
        for (const input of await inputsFor(batch, operation, headed.has(id), wanted)) {
          figures.inputs += 1;
          const reported = await judged(batch, input);
          if (reported !== null) figures.worse.push(reported);
          if (reported !== null) onWorse?.(reported);
        }
        progress?.(figures, id);
      }
    });
  }
  return figures;
}

async function operationsIn(versions: Versions): Promise<readonly Operation[]> {
  const batch = await FuzzBatch.open(versions);
  await batch.close();
  return batch.operations;
}

async function opened<Value>(versions: Versions, use: (batch: FuzzBatch) => Promise<Value>): Promise<Value> {
  const batch = await FuzzBatch.open(versions);
  try {
    await batch.prepare(SEED);
    batch.freeze();
    return await use(batch);
  } finally {
    await batch.close();
  }
}

/** One operation of each service, for what all of them read alike. */
function firstOfEach(operations: readonly Operation[], method: string): string[] {
  const services = [...new Set(operations.map(({ service }) => service))];
  return services.flatMap((service) => {
    const found = operations.find((one) => one.service === service && one.method === method && !one.isPublic);
    const any = operations.find((one) => one.service === service && one.method === method);
    return [(found ?? any)?.id ?? []].flat();
  });
}

async function inputsFor(batch: FuzzBatch, operation: Operation, isHeaded: boolean, wanted: (input: Input) => boolean) {
  const document = batch.documentOf(operation);
  const request = await acceptedRequest(batch, operation);
  const all = [
    ...inputsOf(document, operation, request),
    ...(isHeaded ? headerInputsOf(operation, request) : []),
    ...searchInputsOf(batch, operation, request),
  ];
  return all.filter(wanted);
}

/** A request that is accepted; where none is found, the one that came furthest. */
async function acceptedRequest(batch: FuzzBatch, operation: Operation): Promise<FuzzRequest> {
  const samples = fc.sample(batch.requestsOf(operation), { seed: SEED, numRuns: SAMPLES, unbiased: true });
  let best: { request: FuzzRequest; rank: number } | null = null;
  for (const request of samples) {
    if (request.method !== operation.method || request.headers['host'] !== 'localhost:6625') continue;
    const rank = rankOf(await batch.send(request));
    if (best === null || rank < best.rank) best = { request, rank };
    if (rank === 0) break;
  }
  if (best === null) throw new Error(`no request was made of ${operation.id}`);
  return best.request;
}

/** The later it is refused, the better. */
function rankOf({ status }: FuzzAnswer): number {
  if (status < 400) return 0;
  const place = [409, 400, 404, 403, 401].indexOf(status);
  return place < 0 ? 9 : place + 1;
}

async function judged(batch: FuzzBatch, { name, max, at, before }: Input): Promise<string | null> {
  let mark = 100_000;
  const prepare: Prepare = async (size) => {
    mark += 1;
    if (before !== undefined) await batch.sendUnlearnt(before(size, mark));
    const request = at(size, mark);
    return () => batch.sendUnlearnt(request);
  };
  const growth = await worseThanLinear(cpuOf(prepare), max);
  if (growth === null) return null;
  const { size, whole, quarter, ratios } = growth;
  const growing = ratios.map((ratio) => ratio.toFixed(1)).join(', ');
  return `${name}: ${size / 4} characters take ${quarter.toFixed(1)} ms, ${size} take ${whole.toFixed(1)} ms (twice as much takes ${growing} times as long)`;
}

import { Unusable } from '../core/unusable.ts';
import { setTimeout } from '../platform/time.ts';
import { compareAnswers } from './diff.ts';
import { Operations } from './operations.ts';
import { isRead, type Plan } from './plan.ts';
import type { Difference, PlannedRequest, PlayedAnswer } from './play.ts';
import type { DriftReport } from './report.ts';
import { play } from './send.ts';

/** A service to play requests against. */
export interface Side {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
}

/** What a comparison may do besides. */
export interface Means {
  /** The mock's document, as served, by which operations and differences are named. */
  readonly document?: unknown;
  /** How long to wait in all until reads after writes are answered as the mock does, in milliseconds. */
  readonly patience?: number;
}

/** Between two reads of what a write has changed, in milliseconds. */
const PAUSE = 500;

/**
 * Plays the requests of a plan against both sides, one after another.
 *
 * @throws Unusable if the real service cannot be reached, or refuses the credential
 */
export async function compare(
  service: string,
  plan: Plan,
  real: Side,
  mock: Side,
  { document, patience = 0 }: Means = {},
): Promise<DriftReport> {
  if (plan.requests.length === 0)
    throw new Unusable('There is nothing to send: no request reads, or none has an example. See --from and --write.');
  await checkCredential(real, plan);
  const operations = new Operations(document);
  const means = { secrets: [real.token, mock.token], operations };
  const differences: Difference[] = [];
  const played = new Map<string, number>();
  let hasWritten = false;
  let left = patience;
  for (const request of plan.requests) {
    const answers = [await answerOf(real, request, '--against'), await answerOf(mock, request, '--url')] as const;
    const found = compareAnswers(request, ...answers, means);
    const isSettling = hasWritten && request.credential === 'valid' && isRead(request.method) && found.some(counts);
    differences.push(...(isSettling ? await settled(request, found, answers[1]) : found));
    hasWritten ||= !isRead(request.method) && request.credential === 'valid' && answers[0].status < 400;
    const operation = operations.idOf(request.method, request.url);
    if (operation !== null) played.set(operation, (played.get(operation) ?? 0) + 1);
  }
  const { requests, writes, skipped } = plan;
  const remark = await remarkOn(real);
  return {
    service,
    requests: requests.length,
    writes,
    skipped,
    remark,
    differences,
    operations: Object.fromEntries(played),
  };

  /** Reads again until the real service answers as the mock does: then only the time is a difference. */
  async function settled(
    request: PlannedRequest,
    found: readonly Difference[],
    ofMock: PlayedAnswer,
  ): Promise<readonly Difference[]> {
    for (let waited = PAUSE; left >= PAUSE; waited += PAUSE) {
      left -= PAUSE;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      const again = compareAnswers(request, await answerOf(real, request, '--against'), ofMock, means);
      if (again.some(counts)) continue;
      const { request: name, operation } = found[0] ?? { request: request.name, operation: null };
      const times = { real: `about ${waited / 1000} s`, mock: 'at once' };
      return [{ request: name, operation, class: 'propagation time', place: 'time', ...times, kind: 'behaviour' }];
    }
    return found;
  }
}

/** Other data of an account says nothing about the service. */
function counts({ kind }: Difference): boolean {
  return kind === 'behaviour';
}

/** With a read, because every other request is sent once only. */
async function checkCredential(real: Side, { requests }: Plan): Promise<void> {
  const first = requests.find(({ method, credential }) => isRead(method) && credential === 'valid');
  if (first === undefined || (await answerOf(real, first, '--against')).status !== 401) return;
  throw new Unusable(`--against ${real.url} refuses the credential of the environment (401). Nothing else was sent.`);
}

async function answerOf(side: Side, request: PlannedRequest, flag: string): Promise<PlayedAnswer> {
  try {
    return await play(side.url, request, side.token);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'no answer';
    throw new Unusable(`${flag} ${side.url} does not answer: ${why.slice(0, 200)}.`, { cause });
  }
}

async function remarkOn(real: Side): Promise<string | null> {
  const health = {
    name: '',
    method: 'GET',
    url: '/_mock/health',
    mediaType: null,
    body: '',
    credential: 'none',
  } as const;
  const isMock = await play(real.url, health, '').then(
    ({ status, headers }) => status === 200 && headers['content-type']?.includes('json') === true,
    () => false,
  );
  return isMock ? `${real.url} is nv-auth-mock itself, not the real service.` : null;
}

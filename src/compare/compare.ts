import { Unusable } from '../core/unusable.ts';
import { compareAnswers } from './diff.ts';
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

/**
 * Plays the requests of a plan against both sides, one after another.
 *
 * @throws Unusable if the real service cannot be reached, or refuses the credential
 */
export async function compare(service: string, plan: Plan, real: Side, mock: Side): Promise<DriftReport> {
  if (plan.requests.length === 0)
    throw new Unusable('There is nothing to send: no request reads, or none has an example. See --from and --write.');
  await checkCredential(real, plan);
  const differences: Difference[] = [];
  for (const request of plan.requests) {
    const answers = [await answerOf(real, request, '--against'), await answerOf(mock, request, '--url')] as const;
    differences.push(...compareAnswers(request.name, ...answers, [real.token, mock.token]));
  }
  const { requests, writes, skipped } = plan;
  return { service, requests: requests.length, writes, skipped, remark: await remarkOn(real), differences };
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

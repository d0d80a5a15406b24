import { stopwatch } from '../../core/clock.ts';
import { redact } from '../../core/redact.ts';
import { hidesStatus } from '../../faults/fault.ts';
import { keptPayload } from '../../journal/entry.ts';
import { hideInLine, type KnownSecrets } from '../../journal/secrets.ts';
import type { Arrived, InFlightRequest } from '../flight.ts';
import { principalOf } from '../principal.ts';

/** The journal's facts about a request, besides those of its arrival. */
export type Told = Pick<
  InFlightRequest,
  'decision' | 'problem' | 'outcome' | 'claimant' | 'sent' | 'hints' | 'injectedFault' | 'isDone' | 'wouldBe'
>;

/** The target of a request. Requests to the control API are not recorded. */
export interface Addressee {
  readonly service: string | null;
  readonly operation: string | null;
}

/** An answer as it is sent; a stream has no payload. */
interface SentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | Buffer | undefined;
}

/** Records the request and its answer, before the answer is sent. */
export function record(arrived: Arrived, { service, operation }: Addressee, told: Told, answer: SentAnswer): void {
  const { raw, context, startedAt } = arrived;
  const { activityLog, id: world } = context.world;
  const { decision, sent, hints, injectedFault, isDone, wouldBe } = told;
  activityLog.request({
    at: context.now,
    world,
    service,
    operation,
    method: context.method,
    url: raw.url ?? '/',
    status: injectedFault !== null && hidesStatus(injectedFault.action) ? null : answer.status,
    wouldBe,
    principal: principalOf(told, context),
    reason: decision?.reason ?? null,
    decision: decision?.id ?? null,
    explanation: ownAnswerIn(told) ?? explanationOf(told, activityLog.secrets),
    hints,
    fault: injectedFault?.id ?? null,
    done: isDone,
    durationMs: stopwatch() - startedAt,
    requestHeaders: activityLog.headerText(raw.rawHeaders),
    requestBody: sent,
    responseHeaders: answer.headers,
    responseBody: keptPayload(answer.payload),
    ...(context.reported.length > 0 && { reported: context.reported }),
  });
}

/** Says of an answer that a test gave in a fault that it is not the mock's own; null if it is. */
function ownAnswerIn({ injectedFault }: Told): string | null {
  if (injectedFault?.action.answer === undefined) return null;
  return `This answer is not the mock's own: the fault ${injectedFault.id} gave it.`;
}

/** Why a request failed for other reasons than rights: the message of its problem. */
function explanationOf({ decision, problem, outcome }: Told, secrets: KnownSecrets): string | null {
  const isDecided = decision?.effect === 'deny' && decision.enforced !== false;
  const message = (isDecided ? null : (problem ?? outcome.refusal))?.message ?? '';
  return message === '' ? null : hideInLine(redact(message), secrets);
}

import type { Judgement, Sighting } from '../core/decide.ts';
import { type Decision, explain } from '../core/decision.ts';
import type { Problem } from '../core/problem.ts';
import type { Rule } from '../core/rule.ts';
import type { Caller } from '../service.ts';

/** What every decision about one request has in common. */
export type Asked = Pick<Decision, 'id' | 'at' | 'service' | 'operation' | 'request'>;

/** Longer paths are cut, so that what is remembered stays bounded. */
const MOST_PATH = 300;

/** The decision of the `decide` step. */
export function judged(asked: Asked, caller: Caller, rule: Rule, judgement: Judgement): Decision {
  const { id, at, service, operation, request } = asked;
  const { principal, standing } = caller;
  const grounds = { id, at, service, operation, request, principal, rule: rule.id };
  if (judgement.effect === 'allow') return { ...grounds, effect: 'allow', reason: null };
  const { reason, missing } = judgement;
  return { ...grounds, effect: 'deny', reason, missing, held: [...standing.held].sort(), roles: standing.roles };
}

/** The decision after the `cover` step, which may turn an allow into a deny. */
export function covered(decision: Decision, judgement: Judgement, sighting: Sighting, id: string): Decision {
  const target = id.slice(0, MOST_PATH);
  if (judgement.effect === 'allow') return { ...decision, target };
  return {
    ...decision,
    effect: 'deny',
    reason: judgement.reason,
    target,
    ...(sighting.seen === 'foreign' && { boundTo: sighting.owner }),
  };
}

/** A credential that was not accepted, as a decision; null for a problem that is none. */
export function refused(asked: Asked, problem: Problem): Decision | null {
  if (problem.reason === undefined) return null;
  const { reason, why, claimed } = problem;
  return {
    ...asked,
    effect: 'deny',
    principal: null,
    ...(claimed !== undefined && { claimed }),
    rule: null,
    reason,
    ...(why !== undefined && { detail: why }),
  };
}

/** The value of `x-mock-decision`: compact JSON in ASCII. */
export function decisionHeader({ id, effect, reason, missing }: Decision): string {
  if (effect === 'allow') return `{"id":"${id}","effect":"allow"}`;
  const shown =
    missing === undefined || missing.length === 0 ? { id, effect, reason } : { id, effect, reason, missing };
  return JSON.stringify(shown);
}

/** A line of the log about a refusal. */
export function refusalLine(status: number, decision: Decision): string {
  const { method, path } = decision.request;
  return `${status} ${method} ${path} - ${explain(decision)} [decision ${decision.id}]`;
}

export function shortPath(path: string): string {
  return path.slice(0, MOST_PATH);
}

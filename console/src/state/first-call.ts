import type { Call } from './call.ts';
import { fetchEffects } from './effects.ts';
import { FIRST_CALLS } from './ready-made.ts';
import { type DocumentedRequest, fetchRequests, rulesetOf } from './rulesets.ts';

/** Candidates for the first call with a key, in one service. */
interface Candidates {
  /** A list that the key may read, if any. */
  readonly allowed: DocumentedRequest | undefined;
  readonly usualCall: DocumentedRequest | undefined;
}

/**
 * Returns a first call for a key: a list that it may read or, if there is none, a list whose refusal shows what is
 * missing.
 *
 * @param services the services of the key, not empty
 * @returns undefined if no service has a list
 */
export async function findFirstCall(principal: string, services: readonly string[]): Promise<Call | undefined> {
  const all = await Promise.all(services.map((service) => findCandidates(service, principal)));
  const candidate =
    all.find(({ allowed }) => allowed !== undefined)?.allowed ?? all.find(({ usualCall }) => usualCall)?.usualCall;
  return candidate && { method: candidate.method, target: candidate.path, headers: {}, body: null, lacks: null };
}

async function findCandidates(service: string, principal: string): Promise<Candidates> {
  const [{ rules, operations }, requests, effects] = await Promise.all([
    rulesetOf(service),
    fetchRequests(service),
    fetchEffects({ principal }, service),
  ]);
  // An operation without a rule proves nothing about a key.
  const ruled = new Set(operations.filter(({ rule }) => rules.some(({ id }) => id === rule)).map(({ id }) => id));
  const allowed = new Set(effects.filter(({ effect }) => effect === 'allow').map(({ operation }) => operation));
  const lists = requests
    .filter(({ method, isPlain }) => method === 'GET' && isPlain)
    .sort((one, other) => Number(other.path === FIRST_CALLS[service]) - Number(one.path === FIRST_CALLS[service]));
  return {
    allowed: lists.find(({ operation }) => ruled.has(operation) && allowed.has(operation)),
    usualCall: lists[0],
  };
}

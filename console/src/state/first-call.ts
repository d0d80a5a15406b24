import type { Call } from './call.ts';
import { FIRST_CALLS } from './client-setup.ts';
import { type DocumentedRequest, readDocumentedRequests } from './documents.ts';
import { readEffects } from './effects.ts';
import { readRuleset } from './rulesets.ts';

/** Candidates for the first call with a key, in one service. */
interface Candidates {
  /** A list that the key may read, if any. */
  readonly allowed: DocumentedRequest | undefined;
  /** The usual first call to the service, or any list. */
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
  const [candidate] = [...all.map(({ allowed }) => allowed), ...all.map(({ usualCall }) => usualCall)].filter(
    (request) => request !== undefined,
  );
  return candidate && { method: candidate.method, target: candidate.path, headers: {}, body: null, problem: null };
}

/** Finds the lists of a service that need no parameters. */
async function findCandidates(service: string, principal: string): Promise<Candidates> {
  const [{ rules, operations }, requests, effects] = await Promise.all([
    readRuleset(service),
    readDocumentedRequests(service),
    readEffects({ principal }, service),
  ]);
  // An operation without a rule proves nothing about a key.
  const ruledOperations = new Set(
    operations.filter(({ rule }) => rules.some(({ id }) => id === rule)).map(({ id }) => id),
  );
  const allowedOperations = new Set(
    effects.filter(({ effect }) => effect === 'allow').map(({ operation }) => operation),
  );
  const lists = requests
    .filter(({ method, needsNoParameters }) => method === 'GET' && needsNoParameters)
    // The usual first call comes first, if the document has it.
    .sort((left, right) => Number(right.path === FIRST_CALLS[service]) - Number(left.path === FIRST_CALLS[service]));
  return {
    allowed: lists.find(({ operation }) => ruledOperations.has(operation) && allowedOperations.has(operation)),
    usualCall: lists[0],
  };
}

import { type Call, createCall } from './call.ts';
import { FIRST_CALLS } from './client-setup.ts';
import { readDocumentedRequests } from './documents.ts';
import { readEffects } from './operations.ts';
import { readRuleset } from './rulesets.ts';

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
  return candidate && createCall(candidate.method, candidate.path);
}

/** Finds a list of a service that a key may read, and the usual first call or any list. */
async function findCandidates(service: string, principal: string) {
  const [{ rules, operations }, requests, effects] = await Promise.all([
    readRuleset(service),
    readDocumentedRequests(service),
    readEffects({ principal }, service),
  ]);
  // An operation without a rule proves nothing about a key.
  const hasRule = (operation: string) =>
    operations.some(({ id, rule }) => id === operation && rules.some((each) => each.id === rule));
  const isAllowed = (operation: string) =>
    effects.some((each) => each.operation === operation && each.effect === 'allow');
  const lists = requests
    .filter(({ method, needsNoParameters }) => method === 'GET' && needsNoParameters)
    // The usual first call comes first, if the document has it.
    .sort((left, right) => Number(right.path === FIRST_CALLS[service]) - Number(left.path === FIRST_CALLS[service]));
  return {
    allowed: lists.find(({ operation }) => hasRule(operation) && isAllowed(operation)),
    usualCall: lists[0],
  };
}

import { ask, type OperationEffect, type OperationEffects } from '../control-api/client.ts';
import { type DocumentedRequest, formatOperation, readDocumentedRequests } from './documents.ts';
import { readIdentities } from './identities.ts';
import { createQuery } from './query.ts';
import { describeOperationNeeds, readRuleset, readServices } from './rulesets.ts';

/** An operation as its tables and its document have it. */
export interface ListedOperation {
  readonly service: string;
  readonly id: string;
  readonly title: string;
  /** Its method and path; empty if no document describes it. */
  readonly route: string;
  /** What it needs, as sentences with names in backticks. */
  readonly needs: string;
  readonly evidence: ReturnType<typeof describeOperationNeeds>['evidence'];
  /** Null if no document describes it. */
  readonly request: DocumentedRequest | null;
}

/** Reads the operations of all services, in the order of their tables. @throws like the control API */
export const readListedOperations = createQuery([], async (): Promise<readonly ListedOperation[]> => {
  const services = await readServices();
  return (await Promise.all(services.map(readOperationsOf))).flat();
});

async function readOperationsOf(service: string): Promise<readonly ListedOperation[]> {
  const [ruleset, requests] = await Promise.all([readRuleset(service), readDocumentedRequests(service)]);
  const byOperation = new Map(requests.map((request) => [request.operation, request]));
  return ruleset.operations.map((operation) => {
    const { id } = operation;
    const request = byOperation.get(id) ?? null;
    const { text: needs, evidence } = describeOperationNeeds(ruleset, operation);
    const route = request === null ? '' : `${request.method} ${request.path}`;
    return { service, id, title: request?.summary ?? formatOperation(id), route, needs, evidence, request };
  });
}

/** Returns the operations of a service (default: all) that have a text in their names, their path or their needs. */
export function findOperations(all: readonly ListedOperation[], text = '', service?: string) {
  const query = text.toLowerCase();
  return all.filter(
    (listed) =>
      (service === undefined || service === '' || listed.service === service) &&
      `${listed.id} ${listed.title} ${listed.route} ${listed.needs}`.toLowerCase().includes(query),
  );
}

/** Each identity costs a decision about every operation of the service. */
const MAX_CALLERS = 60;

/**
 * Reads who may call an operation, without a concrete object, and what others lack. Those who may come first.
 *
 * @returns the number of identities that were left out, too
 * @throws like the control API
 */
export async function readCallers(service: string, operation: string) {
  const all = (await readIdentities()).filter(({ services }) => services.includes(service));
  const callers = await Promise.all(
    all.slice(0, MAX_CALLERS).map(async (identity) => {
      const effects = await readEffects({ principal: identity.id }, service);
      const effect = effects.find((candidate) => candidate.operation === operation);
      const { missing, missingAnyOf, reason } = effect ?? {};
      const lacks = missing?.join(', ') ?? (missingAnyOf && `one of ${missingAnyOf.join(', ')}`);
      const why = lacks === undefined ? (reason ?? '') : `lacks ${lacks}`;
      return { identity, isAllowed: effect?.effect === 'allow', why };
    }),
  );
  return {
    callers: callers.toSorted((a, b) => Number(b.isAllowed) - Number(a.isAllowed)),
    more: all.length - callers.length,
  };
}

/**
 * Returns the decision about every operation of a service, without a concrete object. All operation counts use this.
 *
 * @param caller a principal, or hypothetical rights
 */
export async function readEffects(caller: object, service: string): Promise<readonly OperationEffect[]> {
  const question = { ...caller, operations: '*', service };
  return (await ask<OperationEffects>('POST', '/_mock/decisions/simulate', question)).operations;
}

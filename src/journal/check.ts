import { METHODS } from 'node:http';
import { invalidRequest, type Problem } from '../decisions/problem.ts';
import { adviseName, listNames } from '../lib/nearest.ts';
import { findNearPath } from '../lib/nearest-path.ts';
import { fitsSegment, isVariable } from '../lib/path-template.ts';
import { shorten } from '../lib/redact.ts';
import type { Match } from './match.ts';

export interface KnownOperation {
  readonly service: string;
  readonly id: string;
  /** `*`: any. */
  readonly method: string;
  /** As in its document; null: any. */
  readonly path: string | null;
}

export interface KnownNames {
  readonly operations: readonly KnownOperation[];
  readonly reasons: readonly string[];
}

/**
 * Normalizes path and method.
 * @param member returns the name of a member for messages, such as `match.path` @param isOfOperations whether paths
 * need an operation @throws Problem with the member that can never match
 */
export function checkMatch(
  match: Match,
  known: KnownNames,
  member: (name: string) => string,
  isOfOperations: boolean,
): Match {
  const { operations, reasons } = known;
  const path = match.path === undefined ? undefined : checkPath(match.path, member('path'));
  const services = [...new Set(operations.map(({ service }) => service))];
  const method = match.method?.toUpperCase();
  checkName(match.service, services, member('service'), 'there is no service');
  const ofService = operations.filter(({ service }) => match.service === undefined || service === match.service);
  const checkOperation = (name: string | undefined, memberName: string): void => {
    if (operations.some(({ id }) => id === name)) return;
    const names = ofService.map(({ id }) => id);
    checkName(name, names, memberName, 'no operation is called', '`/docs`');
  };
  checkOperation(match.operation, member('operation'));
  for (const name of match.operations ?? []) checkOperation(name, member('operations'));
  checkName(match.reason, reasons, member('reason'), 'there is no reason', '`GET /_mock/tables/{service}`');
  checkName(method, METHODS, member('method'), 'HTTP has no method');
  if (match.body !== undefined && JSON.stringify(match.body).length > MAX_BODY_CHARACTERS) {
    throw invalidRequest(`${member('body')} is longer than ${MAX_BODY_CHARACTERS} characters. Match fewer members.`);
  }
  if (match.status !== undefined && !(match.status >= 100 && match.status <= 599)) {
    const message = `${member('status')}: \`${match.status}\` is not an HTTP status. Expected a whole number from 100 to 599.`;
    throw invalidRequest(message);
  }
  const { path: _, ...others } = { ...match, ...(method !== undefined && { method }) };
  const checked = { ...others, ...(path !== undefined && { path }) };
  const possible = isOfOperations ? checked : others;
  findPossibleOperations(possible, operations, member);
  // Check each operation alone: an impossible one would go unnoticed next to a possible one.
  const { operations: named = [], ...conditions } = possible;
  for (const operation of named) findPossibleOperations({ ...conditions, operation }, operations, member);
  return checked;
}

/** @param where the place that lists all valid names */
function checkName(
  name: string | undefined,
  valid: readonly string[],
  member: string,
  none: string,
  where?: string,
): void {
  if (name === undefined || valid.includes(name)) return;
  const message = `${member}: ${none} \`${shorten(name)}\`.${adviseName(name, valid, where)}`;
  throw invalidRequest(message);
}

/** Maximum size of a body in a match, in characters of its JSON: it stays in memory while a verification waits. */
const MAX_BODY_CHARACTERS = 16_384;

function checkPath(path: string, member: string): string {
  const inner = path.replace(/^\/w\/[^/]+(?=\/)/, '');
  const isWhole = inner.split('/').every((segment) => isVariable(segment) || !/\{.*\}/.test(segment));
  if (isWhole && /^\/[^?#\s]*$/.test(inner)) return inner;
  throw invalidRequest(
    `${member} must be a path without a query, such as \`/api/v1/token\`. \`{name}\` matches any whole segment.`,
  );
}

/** Returns the operations that a match can apply to. @throws Problem with the member that excludes them all */
export function findPossibleOperations(
  match: Match,
  operations: readonly KnownOperation[],
  member: (name: string) => string = String,
): readonly KnownOperation[] {
  const namesOperation = (match.operation ?? match.operations) !== undefined;
  const tests: readonly (readonly [name: keyof Match, fits: (operation: KnownOperation) => boolean])[] = [
    ['operation', ({ id }) => id === match.operation],
    ['operations', ({ id }) => match.operations?.includes(id) === true],
    ['service', ({ service }) => service === match.service],
    ['method', (operation) => operation.method === '*' || operation.method === match.method],
    // A host's operation has any path, so the match must also select the operation.
    [
      'path',
      (operation) => (operation.path === null ? namesOperation : canMatchPath(operation.path, match.path ?? '')),
    ],
  ];
  let possible = operations;
  const before: string[] = [];
  for (const [name, fits] of tests) {
    if (match[name] === undefined) continue;
    const remaining = possible.filter(fits);
    if (remaining.length === 0) throw impossibleMatchProblem(member(name), String(match[name]), before, possible);
    before.push(`${name} \`${String(match[name])}\``);
    possible = remaining;
  }
  return possible;
}

function impossibleMatchProblem(
  member: string,
  value: string,
  before: readonly string[],
  possible: readonly KnownOperation[],
): Problem {
  const reason = before.length === 0 ? 'no operation has it' : `no operation with ${before.join(' and ')} has it`;
  // Only paths begin with a slash.
  const near = value.startsWith('/')
    ? findNearPath(
        value,
        possible.map(({ path }) => path ?? ''),
      )
    : undefined;
  const named = possible.map(({ method, path, service }) => `${method} ${path ?? '*'} (${service})`);
  const alternatives = `There are ${listNames(value, named, '`/docs`')}.`;
  return invalidRequest(
    `${member} is \`${shorten(value)}\`, which can never match: ${reason}. ${near === undefined ? alternatives : `Did you mean \`${near}\`?`}`,
  );
}

/** Whether a path can match: placeholders on either side match any segment, and a trailing slash is optional. */
function canMatchPath(template: string, path: string): boolean {
  const isOptional = template.endsWith('/') && !path.endsWith('/');
  const [ones, others] = [template.split('/'), `${path}${isOptional ? '/' : ''}`.split('/')];
  const isLike = (a: string, b: string) => fitsSegment(a, b) || fitsSegment(b, a);
  return ones.length === others.length && ones.every((segment, index) => isLike(segment, others[index] ?? ''));
}

import { METHODS, STATUS_CODES } from 'node:http';
import { findNearest, findNearPath } from '../core/nearest.ts';
import { fitsSegment, isVariable } from '../core/path-template.ts';
import { Problem } from '../core/problem.ts';
import type { Match } from './match.ts';

/** An operation that requests can be for. */
export interface KnownOperation {
  readonly service: string;
  readonly id: string;
  /** `*`: any. */
  readonly method: string;
  /** As in its document; null: any. */
  readonly path: string | null;
}

/** What a match can name. */
export interface Known {
  readonly operations: readonly KnownOperation[];
  readonly reasons: readonly string[];
}

/**
 * A match whose names exist, with its path as the journal has it.
 *
 * @param member what messages call a member, such as `match.path`
 * @param isOfOperations whether only requests for operations count: a path that no operation has then never matches
 * @throws Problem naming the member that can never match, and the nearest name
 */
export function checkedMatch(
  match: Match,
  known: Known,
  member: (name: string) => string,
  isOfOperations: boolean,
): Match {
  const { operations, reasons } = known;
  const path = match.path === undefined ? undefined : checkedPath(match.path, member('path'));
  const services = [...new Set(operations.map(({ service }) => service))];
  const method = match.method?.toUpperCase();
  checkName(match.service, services, member('service'), 'there is no service');
  checkName(
    match.operation,
    [...new Set(operations.map(({ id }) => id))],
    member('operation'),
    'no operation is called',
  );
  checkName(match.reason, reasons, member('reason'), 'there is no reason');
  checkName(method, METHODS, member('method'), 'HTTP has no method');
  if (match.body !== undefined && JSON.stringify(match.body).length > MOST_BODY) {
    throw new Problem('invalid_request', `${member('body')} may have ${MOST_BODY} characters; it has more.`);
  }
  if (match.status !== undefined) checkStatus(match.status, member('status'));
  const { path: _, ...others } = { ...match, ...(method !== undefined && { method }) };
  const checked = { ...others, ...(path !== undefined && { path }) };
  operationsLike(isOfOperations ? checked : others, operations, member);
  return checked;
}

function checkName(given: string | undefined, valid: readonly string[], member: string, none: string): void {
  if (given === undefined || valid.includes(given)) return;
  const nearest = findNearest(given.slice(0, MOST_GIVEN), valid);
  throw new Problem('invalid_request', `${member}: ${none} \`${shown(given)}\`; the nearest is \`${nearest}\`.`);
}

function checkStatus(status: number, member: string): void {
  if (STATUS_CODES[status] !== undefined) return;
  if (status < 100 || status > 599) {
    const message = `${member}: \`${status}\` is no status of HTTP; statuses are whole numbers from 100 to 599.`;
    throw new Problem('invalid_request', message);
  }
  const nearest = Object.keys(STATUS_CODES)
    .map(Number)
    .reduce((best, other) => (Math.abs(other - status) < Math.abs(best - status) ? other : best));
  throw new Problem(
    'invalid_request',
    `${member}: HTTP has no status \`${status}\`, so nothing is answered with it; the nearest is \`${nearest}\`.`,
  );
}

/** How large the body of a match may be, in characters of its JSON: it is kept for as long as somebody waits. */
const MOST_BODY = 16_384;

/** Longer names are not of anything. */
const MOST_GIVEN = 200;

function shown(text: string): string {
  return text.slice(0, MOST_GIVEN);
}

/** The path as requests have it, without the world before it. */
function checkedPath(path: string, member: string): string {
  const inner = path.replace(/^\/w\/[^/]+(?=\/)/, '');
  const isWhole = inner.split('/').every((segment) => isVariable(segment) || !/\{.*\}/.test(segment));
  if (isWhole && /^\/[^?#\s]*$/.test(inner)) return inner;
  throw new Problem(
    'invalid_request',
    `${member} must be a path without its query, such as \`/api/v1/token\`; \`{name}\` in it stands for any whole segment.`,
  );
}

/**
 * The operations whose requests a match can mean.
 *
 * @throws Problem naming the member with which there are none left
 */
export function operationsLike(
  match: Match,
  operations: readonly KnownOperation[],
  member: (name: string) => string = String,
): readonly KnownOperation[] {
  const tests: readonly (readonly [name: keyof Match, fits: (one: KnownOperation) => boolean])[] = [
    ['operation', ({ id }) => id === match.operation],
    ['service', ({ service }) => service === match.service],
    ['method', (one) => one.method === '*' || one.method === match.method],
    // A host's operation has any path; whoever means it says so.
    ['path', (one) => (one.path === null ? match.operation !== undefined : couldBe(one.path, match.path ?? ''))],
  ];
  let possible = operations;
  const before: string[] = [];
  for (const [name, fits] of tests) {
    if (match[name] === undefined) continue;
    const left = possible.filter(fits);
    if (left.length === 0) throw never(member(name), String(match[name]), before, possible);
    before.push(`${name} \`${String(match[name])}\``);
    possible = left;
  }
  return possible;
}

/** How many of the possible values a message names. */
const MOST_NAMED = 5;

function never(member: string, given: string, before: readonly string[], possible: readonly KnownOperation[]): Problem {
  const named = [...new Set(possible.map(({ method, path, service }) => `${method} ${path ?? '*'} (${service})`))];
  const more = named.length > MOST_NAMED ? `, and ${named.length - MOST_NAMED} more` : '';
  const what = before.length === 0 ? 'no operation has it' : `no operation with ${before.join(' and ')} has it`;
  // Only paths begin with a slash.
  const near = given.startsWith('/')
    ? findNearPath(
        given,
        possible.map(({ path }) => path ?? ''),
      )
    : undefined;
  const there = `There are ${named.slice(0, MOST_NAMED).join(', ')}${more}.`;
  return new Problem(
    'invalid_request',
    `${member} is \`${shown(given)}\`, and this can never match: ${what}${near === undefined ? `. ${there}` : `; the nearest is \`${near}\`.`}`,
  );
}

/**
 * Could a path of this operation be like that? Placeholders of either fit any segment but an empty one. A slash at the end
 * may be left out: those whose paths end in one answer without it, too.
 */
function couldBe(template: string, path: string): boolean {
  const isOptional = template.endsWith('/') && !path.endsWith('/');
  const [ones, others] = [template.split('/'), `${path}${isOptional ? '/' : ''}`.split('/')];
  const isLike = (one: string, other: string) => fitsSegment(one, other) || fitsSegment(other, one);
  return ones.length === others.length && ones.every((one, index) => isLike(one, others[index] ?? ''));
}

import { STATUS_CODES } from 'node:http';
import type { Outcome } from '../core/outcome.ts';
import { keysOf } from '../core/own.ts';
import { HTTP_STATUS, Problem, type ProblemKind } from '../core/problem.ts';

/**
 * An error with a chosen status, in a vendor's form: in the words of a failure that has this status, or else one of the
 * same class, with the status in place of its own.
 *
 * @param render the vendor's words for a problem
 */
export function errorWithStatus(status: number, render: (problem: Problem) => Outcome): Outcome {
  const renderKind = (kind: ProblemKind) => render(new Problem(kind, WORDLESS.has(kind) ? '' : nameOf(status)));
  for (const kind of kindsFor(status)) {
    const outcome = renderKind(kind);
    if (outcome.status === status) return outcome;
  }
  const { status: own, body, headers = {} } = renderKind(status >= 500 ? 'unavailable' : 'invalid_request');
  const { 'www-authenticate': _, ...others } = headers;
  return { status, headers: others, ...(body !== undefined && { body: withStatus(body, own, status) }) };
}

/** Kinds that every vendor words in its own way. */
const WORDLESS: ReadonlySet<ProblemKind> = new Set(['forbidden', 'not_found']);

/** Those with this status come first, in the order of the table; a vendor may give it to other kinds, too. */
function kindsFor(status: number): readonly ProblemKind[] {
  // The table has a member for each kind, and no other.
  const kinds = keysOf(HTTP_STATUS).filter((kind) => !OF_THE_MOCK.has(kind));
  return [
    ...kinds.filter((kind) => HTTP_STATUS[kind] === status),
    ...kinds.filter((kind) => HTTP_STATUS[kind] !== status),
  ];
}

/** Kinds that are about the mock, in the mock's words. */
const OF_THE_MOCK: ReadonlySet<ProblemKind> = new Set(['no_such_world', 'no_admin_token', 'foreign_page']);

function nameOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}

/** Members in which vendors repeat the status, and its name. */
function withStatus(body: unknown, own: number, status: number): unknown {
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body) || Array.isArray(body)) return body;
  const members = Object.entries(body).map(([name, value]): [string, unknown] => {
    if (value === own) return [name, status];
    if (value === String(own)) return [name, String(status)];
    return [name, name === 'title' ? nameOf(status) : value];
  });
  return Object.fromEntries(members);
}

/** Is it a status of an error that HTTP knows (RFC 9110, 15.5 and 15.6)? */
export function isErrorStatus(status: number): boolean {
  return status >= 400 && STATUS_CODES[status] !== undefined;
}

import { STATUS_CODES } from 'node:http';
import { HTTP_STATUS, Problem, type ProblemKind } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { keysOf } from '../../lib/members.ts';

/** Renders an error in the vendor's words for this status or, without any, for its class, with the status replaced. */
export function createErrorOutcome(status: number, render: (problem: Problem) => Outcome): Outcome {
  const renderKind = (kind: ProblemKind) =>
    render(new Problem(kind, FIXED_MESSAGE_KINDS.has(kind) ? '' : statusText(status)));
  const kinds = keysOf(HTTP_STATUS).filter((kind) => !MOCK_KINDS.has(kind));
  // Those with this status first, in table order. A vendor may use the status for other kinds, too.
  const isLikely = (kind: ProblemKind) => HTTP_STATUS[kind] === status;
  for (const kind of [...kinds.filter(isLikely), ...kinds.filter((other) => !isLikely(other))]) {
    const outcome = renderKind(kind);
    if (outcome.status === status) return outcome;
  }
  const { status: originalStatus, body, headers = {} } = renderKind(status >= 500 ? 'unavailable' : 'invalid_request');
  const { 'www-authenticate': _, ...otherHeaders } = headers;
  return {
    status,
    headers: otherHeaders,
    ...(body !== undefined && { body: replaceStatus(body, originalStatus, status) }),
  };
}

/** Kinds for which every vendor has specific words. */
const FIXED_MESSAGE_KINDS: ReadonlySet<ProblemKind> = new Set(['forbidden', 'not_found']);

/** Kinds that are about the mock, in the mock's words. */
const MOCK_KINDS: ReadonlySet<ProblemKind> = new Set(['no_such_world', 'no_admin_token', 'foreign_page']);

/** Names of statuses that HTTP does not define, but servers use. */
const OTHER_STATUS_TEXTS: Readonly<Record<number, string>> = { 499: 'Client Closed Request', 529: 'Overloaded' };

function statusText(status: number): string {
  return STATUS_CODES[status] ?? OTHER_STATUS_TEXTS[status] ?? 'Error';
}

/** Replaces the status and its name in the body members that repeat them. */
function replaceStatus(body: unknown, originalStatus: number, status: number): unknown {
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body) || Array.isArray(body)) return body;
  const members = Object.entries(body).map(([name, value]): [string, unknown] => {
    if (value === originalStatus) return [name, status];
    if (value === String(originalStatus)) return [name, String(status)];
    return [name, name === 'title' ? statusText(status) : value];
  });
  return Object.fromEntries(members);
}

/** Returns whether the status is an error, defined by HTTP or not (RFC 9110, 15). */
export function isErrorStatus(status: number): boolean {
  return status >= 400 && status <= 599;
}

import type { RequestMatch, Verification, Verified } from '../../generated/library.ts';
import { checkMembers } from './check-arguments.ts';
import type { ControlClient, RequestCount } from './control-client.ts';
import type { RequestSummary } from './events.ts';

/** The expected requests and how many; by default, at least one. */
export interface ExpectedRequests extends RequestMatch, RequestCount {}

/** An object with a journal: a mock, a world, or the result of `connect`. */
export type Receiver = Pick<ControlClient, 'requests'>;

/** Returns an error with the stack of the expectation: without `await`, nothing else would point to its line. */
export function createErrorAt(origin: Error, message: string): Error {
  const error = new Error(message);
  error.stack = `Error: ${message}${origin.stack?.slice(origin.stack.indexOf('\n')) ?? ''}`;
  return error;
}

/** The members of an expectation that say how many requests. */
const COUNT_NAMES: readonly (keyof RequestCount)[] = ['times', 'atLeast', 'atMost', 'within'];
/** The members of an expectation that say which requests. */
const MATCH_NAMES: readonly (keyof RequestMatch)[] = [
  'operation',
  'service',
  'method',
  'path',
  'status',
  'principal',
  'reason',
  'body',
];

const MAX_LISTED_REQUESTS = 10;

/**
 * Compares the received requests with an expectation.
 * @throws TypeError for a wrong argument; MockError for an unknown operation or reason, because an assertion about
 * impossible requests proves nothing, even with `not`
 */
export async function compareRequests(mock: Receiver, expected: ExpectedRequests = {}) {
  if (typeof mock?.requests?.verify !== 'function') {
    throw new TypeError('expected a mock, a world, or the result of `connect`');
  }
  checkMembers(expected, [...COUNT_NAMES, ...MATCH_NAMES], 'an expectation', "{ operation: 'grant_token', times: 1 }");
  const { times, atLeast, atMost, within, ...match } = expected;
  // JSON has no undefined members.
  const result = await mock.requests.verify({ match, times, atLeast, atMost, within } as Verification);
  const { verified: pass } = result;
  return {
    pass,
    message: `expected ${pass ? 'anything but ' : ''}${describeExpected(expected)}; ${describeReceived(result)}`,
  };
}

/** Describes the expectation, except an expected body, which may contain secrets. */
function describeExpected(expected: ExpectedRequests): string {
  const { within } = expected;
  const bounds = listBounds(expected);
  const number = bounds.map(({ words, count }) => `${words} ${count}`).join(' and ');
  const noun = bounds.at(-1)?.count === 1 ? 'request' : 'requests';
  const members = MATCH_NAMES.filter((name) => expected[name] !== undefined).map((name) =>
    name === 'body' ? 'that body' : `${name} \`${expected[name]}\``,
  );
  const subject = members.length === 0 ? noun : `${noun} with ${members.join(' and ')}`;
  return `${number} ${subject}${within === undefined ? '' : ` within ${within}`}`;
}

/** Returns the stated bounds of the number of requests; without any, at least one. */
function listBounds({ times, atLeast, atMost }: RequestCount): { readonly words: string; readonly count: number }[] {
  if (times !== undefined) return [{ words: 'exactly', count: times }];
  const min = atLeast ?? (atMost === undefined ? 1 : undefined);
  return [
    ...(min === undefined ? [] : [{ words: 'at least', count: min }]),
    ...(atMost === undefined ? [] : [{ words: 'at most', count: atMost }]),
  ];
}

function describeReceived({ count, matched, nearest, dropped }: Verified): string {
  const lines = [
    ...formatRequestLines(matched, count),
    ...(nearest.length > 0 ? ['the nearest others:'] : []),
    ...nearest.flatMap(({ request, differs, hint }) => [
      `  ${formatRequestLine(request)}`,
      ...differs.map((difference) => `    ${difference}`),
      ...(hint === null ? [] : [`    hint: ${hint}`]),
    ]),
    ...(dropped > 0
      ? [`(not compared, because the journal does not have them or their whole bodies: ${dropped})`]
      : []),
  ];
  const number = count === 0 ? 'none came' : `${count} came`;
  if (lines.length === 0) return `${number}, nor did any other request: does the code under test use this URL?`;
  return [`${number}${count > 0 ? ', latest first:' : ''}`, ...lines].join('\n');
}

/** Formats the first requests, one per line, and the number of the rest. */
function formatRequestLines(requests: readonly RequestSummary[], count: number): string[] {
  const lines = requests.slice(0, MAX_LISTED_REQUESTS).map((request) => `  ${formatRequestLine(request)}`);
  return count > MAX_LISTED_REQUESTS ? [...lines, `  and ${count - MAX_LISTED_REQUESTS} more`] : lines;
}

/** Formats a request: `POST /api/v1/token: 503 for admin@acme.test, affected by fault 4f-f1 (request 4f-r7)`. */
export function formatRequestLine({ id, method, path, status, principal, reason, fault }: RequestSummary): string {
  const caller = principal === null ? '' : ` for ${principal.name}`;
  const refusal = reason === null ? '' : `, ${reason}`;
  const cause = fault === null ? '' : `, affected by fault ${fault}`;
  return `${method} ${path}: ${status ?? 'no answer'}${caller}${refusal}${cause} (request ${id})`;
}

/**
 * Asserts received requests, for test runners without custom matchers: `await assertReceived(mock, { operation: 'grant_token',
 * times: 1 })`.
 *
 * @throws Error with the requests that arrived instead; TypeError or MockError if no request can match
 */
export async function assertReceived(mock: Receiver, expected: ExpectedRequests = {}): Promise<void> {
  const origin = new Error();
  const { pass, message } = await compareRequests(mock, expected);
  if (!pass) throw createErrorAt(origin, message);
}

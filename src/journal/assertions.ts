import type { Principal } from '../decisions/principal.ts';
import { Problem } from '../decisions/problem.ts';
import { isOneOf, keysOf } from '../objects/members.ts';
import { formatCount } from '../text/count.ts';
import { adviseName } from '../text/nearest.ts';
import type { Instant } from '../time/clock.ts';
import { answerTimeOf, type JournalEntry } from './entry.ts';
import { pathOf, withHiddenBodies } from './view.ts';

/** What the requests of a client prove about it. */
export interface Judgement {
  readonly name: AssertionName;
  readonly passed: boolean;
  /** What was found and, for a failure, what was expected and what a correct client does. */
  readonly sentence: string;
  /** The requests of a failure, oldest first. */
  readonly requests: readonly JournalEntry[];
}

interface Assessment {
  /** Number of requests that could have revealed the mistake. If there are none, there is nothing to judge. */
  readonly judgedCount: number;
  /** The wrong requests, each preceded by the request that made it wrong, if any. */
  readonly mistakes: readonly (readonly JournalEntry[])[];
}

/** Returns whether the operation of a request needs a credential. */
export type NeedsCredential = (entry: JournalEntry) => boolean;

interface Assertion {
  readonly find: (entries: readonly JournalEntry[], needsCredential: NeedsCredential) => Assessment;
  readonly nothing: string;
  readonly passed: (judged: number) => string;
  readonly failed: (mistakes: number) => string;
  readonly expected: string;
}

const ASSERTIONS = {
  'token-fetched-once': {
    find: findTokensFetchedAgain,
    nothing: 'No token was fetched',
    passed: (judged) => `Tokens fetched: ${judged}, none while the client had a valid one.`,
    failed: (mistakes) => `Tokens fetched while the client had a valid one: ${mistakes}.`,
    expected:
      'Expected none: a correct client keeps its token, and fetches the next one shortly before it expires, or after a 401.',
  },
  'token-sent-with-every-request': {
    find: findRequestsWithoutCredential,
    nothing: 'No request was sent to an operation that needs a credential',
    passed: (judged) => `Requests that need a credential: ${judged}, all with one.`,
    failed: (mistakes) => `Requests without the credential that they need: ${mistakes}.`,
    expected:
      'Expected none: a correct client sends its token or key with every request, including retries and further pages.',
  },
  'gave-up-after-forbidden': {
    find: findRepeatedAfterForbidden,
    nothing: 'No request was answered with 403',
    passed: (judged) => `Requests answered with 403: ${judged}, none repeated in vain.`,
    failed: (mistakes) => `Requests repeated after a 403, without success: ${mistakes}.`,
    expected:
      'Expected none: a correct client reports a 403 and does not retry, because only other rights change the answer.',
  },
  'respected-retry-after': {
    find: findRepeatedTooEarly,
    nothing: 'No answer had the header `Retry-After`',
    passed: (judged) => `Answers with \`Retry-After\`: ${judged}, no request repeated before that time.`,
    failed: (mistakes) => `Requests repeated before the time in \`Retry-After\`: ${mistakes}.`,
    expected:
      'Expected none, by the clock of the world: a correct client waits as long as the header says before it repeats a request.',
  },
  'called-only-documented-operations': {
    find: findUndocumentedRequests,
    nothing: 'No request was sent',
    passed: (judged) => `Requests: ${judged}, all to documented operations.`,
    failed: (mistakes) => `Requests without a documented operation: ${mistakes}.`,
    expected: 'Expected none: a correct client uses only the methods and paths that `/docs` lists.',
  },
} as const satisfies Readonly<Record<string, Assertion>>;

type AssertionName = keyof typeof ASSERTIONS;

/**
 * Judges a client by its requests.
 *
 * @param entries oldest first
 * @param older number of earlier requests that are not included, because the journal evicted some of them
 * @throws Problem `not_found` for an unknown name; `conflict` if no request could have revealed the mistake, because
 * then neither result would prove anything
 */
export function judgeClient(
  name: string,
  entries: readonly JournalEntry[],
  older: number,
  needsCredential: NeedsCredential,
): Judgement {
  const names = keysOf(ASSERTIONS);
  if (!isOneOf(names, name)) {
    throw new Problem('not_found', `No assertion has the name \`${name.slice(0, 100)}\`.${adviseName(name, names)}`);
  }
  const { find, nothing, passed, failed, expected }: Assertion = ASSERTIONS[name];
  const { judgedCount, mistakes } = find(entries, needsCredential);
  const forgotten =
    older === 0
      ? ''
      : ` Not judged, because the journal has evicted some of them: ${formatCount(older, 'older request')}.`;
  if (judgedCount === 0) {
    throw new Problem(
      'conflict',
      `${nothing}, so \`${name}\` cannot be judged. Does the client use this URL?${forgotten}`,
    );
  }
  if (mistakes.length === 0) return { name, passed: true, sentence: passed(judgedCount) + forgotten, requests: [] };
  const mistaken = new Set(mistakes.flat());
  return {
    name,
    passed: false,
    sentence: `${failed(mistakes.length)} ${expected}${forgotten}`,
    requests: entries.filter((entry) => mistaken.has(entry)),
  };
}

/** The last part of a token's lifetime, in which a client may renew it. */
const RENEWAL_SHARE = 0.1;

/** Finds tokens fetched while the client's latest one was neither about to expire nor refused with 401. */
function findTokensFetchedAgain(entries: readonly JournalEntry[]): Assessment {
  const latest = new Map<string, { readonly entry: JournalEntry; readonly renewableAt: Instant }>();
  const mistakes: JournalEntry[][] = [];
  let judgedCount = 0;
  for (const entry of entries) {
    const { at, status, tokenExpiresAt, principal } = entry;
    // A refused credential without a principal may be any client's.
    if (status === 401 && principal === null) latest.clear();
    else if (status === 401) latest.delete(clientKey(principal));
    if (tokenExpiresAt === null) continue;
    judgedCount += 1;
    const before = latest.get(clientKey(principal));
    if (before !== undefined && at < before.renewableAt) mistakes.push([before.entry, entry]);
    latest.set(clientKey(principal), { entry, renewableAt: tokenExpiresAt - RENEWAL_SHARE * (tokenExpiresAt - at) });
  }
  return { judgedCount, mistakes };
}

function findRequestsWithoutCredential(entries: readonly JournalEntry[], needsCredential: NeedsCredential): Assessment {
  const judged = entries.filter(needsCredential);
  return findSingleMistakes(judged, ({ reason }) => reason === 'no_token');
}

/** Exempts operations that the vendor documents but the mock does not emulate. */
function findUndocumentedRequests(entries: readonly JournalEntry[]): Assessment {
  return findSingleMistakes(
    entries,
    ({ operation, findings = [] }) => operation === null && !findings.some(({ kind }) => kind === 'not_emulated'),
  );
}

function findSingleMistakes(judged: readonly JournalEntry[], isMistake: (entry: JournalEntry) => boolean): Assessment {
  return { judgedCount: judged.length, mistakes: judged.filter(isMistake).map((entry) => [entry]) };
}

/** A 403 counts until the same request is allowed. */
function findRepeatedAfterForbidden(entries: readonly JournalEntry[]): Assessment {
  return findRepeated(entries, {
    isWarning: ({ status }) => status === 403,
    isSame: (a, b) => clientKey(a.principal) === clientKey(b.principal) && a.url === b.url && hasSameBody(a, b),
    isMistake: ({ status }) => status === null || status < 200 || status > 299,
  });
}

/** The latest `Retry-After` counts. A request without a known principal may be any client's. */
function findRepeatedTooEarly(entries: readonly JournalEntry[]): Assessment {
  return findRepeated(entries, {
    isWarning: (entry) => readRetryAt(entry) !== null,
    isSame: ({ principal: a }, { principal: b }) => a === null || b === null || clientKey(a) === clientKey(b),
    isMistake: ({ at }, warning) => at < (readRetryAt(warning) ?? at),
  });
}

interface Repetition {
  /** Returns whether the client must not simply repeat the request after this response. */
  readonly isWarning: (entry: JournalEntry) => boolean;
  /** Returns whether two requests with equal method and path are the same request of the same client. */
  readonly isSame: (a: JournalEntry, b: JournalEntry) => boolean;
  readonly isMistake: (repeated: JournalEntry, warning: JournalEntry) => boolean;
}

function findRepeated(entries: readonly JournalEntry[], { isWarning, isSame, isMistake }: Repetition): Assessment {
  /** The latest such response to each request, by method and path. */
  const warnings = new Map<string, JournalEntry[]>();
  const mistakes: JournalEntry[][] = [];
  let judgedCount = 0;
  for (const entry of entries) {
    const key = `${entry.method} ${pathOf(entry.url)}`;
    const ofPath = warnings.get(key) ?? [];
    const index = ofPath.findIndex((earlier) => entry.startedAt >= answerTimeOf(earlier) && isSame(entry, earlier));
    const warning = ofPath[index];
    const isRepeatedWrongly = warning !== undefined && isMistake(entry, warning);
    if (isRepeatedWrongly) mistakes.push([warning, entry]);
    if (warning !== undefined && (!isRepeatedWrongly || isWarning(entry))) ofPath.splice(index, 1);
    if (!isWarning(entry)) continue;
    judgedCount += 1;
    warnings.set(key, ofPath);
    ofPath.push(entry);
  }
  return { judgedCount, mistakes };
}

function clientKey(principal: Principal | null): string {
  return principal === null ? '' : `${principal.kind} ${principal.id} ${principal.clientId ?? ''}`;
}

/** A body that was viewed is stored without its secrets. */
function hasSameBody(a: JournalEntry, b: JournalEntry): boolean {
  const [ours, theirs] = [a.requestBody, b.requestBody];
  if (ours.size !== theirs.size) return false;
  // Only successful requests lose their bodies. Treat them as equal: otherwise a 403 that has ended would stay alive.
  if (ours.isDropped || theirs.isDropped) return true;
  if (ours.isHidden === theirs.isHidden) return ours.text === theirs.text;
  return readHiddenBody(a) === readHiddenBody(b);
}

function readHiddenBody(entry: JournalEntry): string | null {
  return withHiddenBodies(entry, entry.secrets).requestBody.text;
}

/**
 * Returns when the client may repeat a request: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3); null without
 * it.
 */
function readRetryAt({ at, status, responseHeaders }: JournalEntry): Instant | null {
  const { 'retry-after': value } = responseHeaders;
  if (value === undefined || status === null) return null;
  const until = /^\d+$/.test(value) ? at + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(until) ? null : until;
}

import { Problem } from '../decisions/problem.ts';
import { estimateBytes, type Quota } from '../lib/memory.ts';
import { clearTimeout, setTimeout } from '../lib/time.ts';
import type { JournalEntry } from './entry.ts';
import type { Journal, WorldEnd } from './journal.ts';
import { createMatcher, type Match, type Matcher, type MatchMember } from './match.ts';
import { hideSecrets } from './secrets.ts';

export type Expectation =
  | { readonly times: number }
  | { readonly atLeast?: number | undefined; readonly atMost?: number | undefined };

export interface Verification {
  readonly verified: boolean;
  readonly count: number;
  /** The newest matching requests that are still kept, newest first. */
  readonly matched: readonly JournalEntry[];
  /** If there are too few: near misses, with sentences about the differences. */
  readonly nearest: readonly { readonly entry: JournalEntry; readonly differs: readonly string[] }[];
  /** Requests that could not be compared: they were evicted, or match except for a body that cannot be compared. */
  readonly dropped: number;
}

/** The journal ended before the result was known. */
export class JournalEnded extends Error {
  readonly reason: 'emptied' | WorldEnd;

  constructor(why: 'emptied' | WorldEnd) {
    super(`the journal ended: ${why}`);
    this.reason = why;
  }
}

/**
 * Counts matching requests; with `within` (milliseconds), waits until the result is final.
 * @param onLeft calls back if the client leaves, which ends the wait @throws JournalEnded; Problem `conflict` if too
 * many verifications wait
 */
export async function verify(
  journal: Journal,
  match: Match,
  expectation: Expectation,
  within: number,
  quota: Quota,
  onLeft: (callback: () => void) => () => void = () => () => {},
): Promise<Verification> {
  const matcher = createMatcher(match, hideSecrets(match.body, journal.secrets));
  let hasLeft = false;
  let ended: JournalEnded | null = null;
  /** Matching requests since then: their number, and the newest of them, newest first. */
  const later = { count: 0, newest: [] as number[] };
  let notify = () => {};
  const cleanups = [
    journal.listen({
      onRecord: (entry, facts) => {
        if (!matcher.fits(facts)) return;
        later.count += 1;
        later.newest.unshift(entry.number);
        later.newest.length = Math.min(later.newest.length, MAX_LISTED);
        notify();
      },
      onEnd: (why) => {
        ended = new JournalEnded(why);
        notify();
      },
    }),
    onLeft(() => {
      hasLeft = true;
      notify();
    }),
  ];
  let result: MatchingRequests = { fitting: [], withoutBody: 0 };
  const count = () => result.fitting.length + later.count;
  const { min, max } = readBounds(expectation);
  try {
    result = await journal.longWork.run(() => findMatching(journal, matcher));
    // Further requests may still change the result.
    const isOpen = () =>
      ended === null && !hasLeft && count() <= max && (count() < min || max !== Number.POSITIVE_INFINITY);
    if (within > 0 && isOpen()) {
      if (journal.listenerCount > MAX_WAITING) {
        throw new Problem(
          'conflict',
          `The limit of ${MAX_WAITING} waiting verifications in this world is reached. Wait until one ends.`,
        );
      }
      const bytes = WAITING_BYTES + estimateBytes(match);
      if (!quota.take(bytes)) {
        throw new Problem(
          'conflict',
          `The conditions of waiting verifications exceed the server's limit of ${quota.limit / 1024 / 1024} MB. Match fewer members of the body, or wait until a verification ends.`,
        );
      }
      cleanups.push(() => quota.release(bytes));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, within);
        cleanups.push(() => clearTimeout(timer));
        notify = () => {
          if (!isOpen()) resolve();
        };
      });
    }
    if (ended !== null) throw ended;
  } finally {
    for (const end of cleanups) end();
  }
  const newest = [...later.newest, ...result.fitting].slice(0, MAX_LISTED);
  return {
    verified: count() >= min && count() <= max,
    count: count(),
    matched: newest.flatMap((number) => journal.findByNumber(number) ?? []),
    // The result is discarded if the client has left.
    nearest: count() < min && !hasLeft ? await journal.longWork.run(() => findNearest(journal, matcher)) : [],
    dropped: journal.droppedCount + result.withoutBody,
  };
}

/** What a verification finds in the requests so far. */
interface MatchingRequests {
  /** Numbers of the matching requests, newest first. Not the entries, which are large and may be evicted. */
  readonly fitting: readonly number[];
  /** Number of requests that match except for a body that cannot be compared. */
  readonly withoutBody: number;
}

async function findMatching(journal: Journal, matcher: Matcher): Promise<MatchingRequests> {
  const fitting: number[] = [];
  let withoutBody = 0;
  for (const number of journal.listNumbers()) {
    if (journal.longWork.isLong) await journal.longWork.pause();
    const facts = journal.findFacts(number);
    if (facts === undefined) continue;
    if (matcher.fits(facts)) fitting.push(number);
    else if (matcher.findDifferences(facts, 'body').length === 0 && facts.stored?.obstacle()) withoutBody += 1;
  }
  return { fitting, withoutBody };
}

/** Maximum number of requests that a verification returns. */
const MAX_LISTED = 100;

/** Maximum number of waiting verifications per world. */
const MAX_WAITING = 100;

/** The size of a waiting verification without its conditions. */
const WAITING_BYTES = 2000;

function readBounds(expectation: Expectation): { readonly min: number; readonly max: number } {
  if ('times' in expectation) return { min: expectation.times, max: expectation.times };
  const { atMost = Number.POSITIVE_INFINITY, atLeast } = expectation;
  return { min: atLeast ?? (expectation.atMost === undefined ? 1 : 0), max: atMost };
}

const MAX_NEAREST = 3;
/** Older requests are ignored: a test's near miss is recent. */
const MAX_COMPARED = 500;
/** Maximum number of requests whose bodies are compared. The rest is ranked without. */
const MAX_BODIES = 20;

/** Weights of differences: another operation is unrelated, but another status is probably the same request, failed. */
const WEIGHTS: Readonly<Partial<Record<MatchMember, number>>> = {
  operation: 4,
  path: 4,
  service: 3,
  method: 2,
};

/** Returns the requests with the fewest differences, newest first among equals. */
async function findNearest(journal: Journal, matcher: Matcher): Promise<Verification['nearest']> {
  const { secrets } = journal;
  const weigh = (entry: JournalEntry, members: readonly MatchMember[]) =>
    members.reduce((sum, member) => sum + (WEIGHTS[member] ?? 1), entry.hints.length > 0 ? -1 : 0);
  const candidates = journal
    .newestFirst(undefined, MAX_COMPARED)
    .map((entry) => {
      const facts = journal.factsOf(entry);
      return { entry, facts, weight: weigh(entry, matcher.findDifferences(facts, 'body')) };
    })
    .sort((a, b) => a.weight - b.weight)
    .slice(0, MAX_BODIES);
  const compared = [];
  for (const { entry, facts } of candidates) {
    if (journal.longWork.isLong) await journal.longWork.pause();
    const members = matcher.findDifferences(facts);
    if (members.length > 0) compared.push({ entry, facts, members, weight: weigh(entry, members) });
  }
  const nearest = compared.sort((a, b) => a.weight - b.weight).slice(0, MAX_NEAREST);
  const described = [];
  for (const { entry, facts, members } of nearest) {
    if (journal.longWork.isLong) await journal.longWork.pause();
    described.push({ entry, differs: members.map((member) => matcher.describe(member, facts, secrets)) });
  }
  return described;
}

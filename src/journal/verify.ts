import { bytesOf } from '../core/bounded-cache.ts';
import { Problem } from '../core/problem.ts';
import type { Quota } from '../core/quota.ts';
import { clearTimeout, setTimeout } from '../platform/time.ts';
import type { JournalEntry } from './entry.ts';
import type { Journal, WorldEnd } from './journal.ts';
import { type Match, type Matcher, type Member, matcherOf } from './match.ts';
import { hideSecrets } from './secrets.ts';
import { factsOf } from './view.ts';

/** The expected number of requests. */
export type Expectation =
  | { readonly times: number }
  | { readonly atLeast?: number | undefined; readonly atMost?: number | undefined };

/** The result of a verification. */
export interface Verification {
  readonly verified: boolean;
  /** The number of matching requests. */
  readonly count: number;
  /** The newest ones that are still kept, newest first. */
  readonly matched: readonly JournalEntry[];
  /** If there are too few: near misses, with what differs, in sentences. */
  readonly nearest: readonly { readonly entry: JournalEntry; readonly differs: readonly string[] }[];
}

/** The journal ended before the result was known. */
export class JournalEnded extends Error {
  readonly why: 'emptied' | WorldEnd;

  constructor(why: 'emptied' | WorldEnd) {
    super(`the journal ended: ${why}`);
    this.why = why;
  }
}

/**
 * Counts matching requests. With `within` it waits until the result is certain, or the time is over: `atLeast` is
 * certain once it is reached, and any limit once it is exceeded.
 *
 * @param within milliseconds; 0 decides by the requests recorded so far
 * @param quota for the conditions of waiting verifications, in all worlds
 * @throws JournalEnded; Problem `conflict` if too many wait, or wait for too much
 */
export async function verify(
  journal: Journal,
  match: Match,
  expectation: Expectation,
  within: number,
  quota: Quota,
): Promise<Verification> {
  const matcher = matcherOf({ ...match, body: hideSecrets(match.body, journal.secrets) });
  const fitting = journal.newestFirst(matcher.fits);
  let count = fitting.length;
  // Only numbers, because entries are large and the journal may evict them.
  const newest = fitting.slice(0, MOST_TOLD).map(({ number }) => number);
  if (within > 0 && verdictOn(count, expectation) === 'open') {
    if (journal.listeners >= MOST_WAITING) throw tooManyWait();
    const bytes = WAITING_BYTES + bytesOf(match);
    if (!quota.take(bytes)) throw tooMuchIsAwaited(quota);
    await new Promise<void>((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        unlisten();
        resolve();
      };
      // Set before listening: a journal that has already ended reports it at once.
      const timer = setTimeout(finish, within);
      const unlisten = journal.listen({
        onRecord: (entry, facts) => {
          if (!matcher.fits(facts)) return;
          count += 1;
          newest.unshift(entry.number);
          newest.length = Math.min(newest.length, MOST_TOLD);
          if (verdictOn(count, expectation) !== 'open') finish();
        },
        onEnd: (why) => {
          clearTimeout(timer);
          reject(new JournalEnded(why));
        },
      });
    }).finally(() => quota.release(bytes));
  }
  const { least, most } = boundsOf(expectation);
  return {
    verified: count >= least && count <= most,
    count,
    matched: newest.flatMap((number) => journal.at(number) ?? []),
    nearest: count < least ? nearestTo(journal, matcher) : [],
  };
}

/** How many requests a verification returns. */
const MOST_TOLD = 100;

/** How many verifications may wait in one world at once. */
const MOST_WAITING = 100;

/** The size of a waiting verification without its conditions. */
const WAITING_BYTES = 2000;

function tooMuchIsAwaited({ bytes }: Quota): Problem {
  return new Problem(
    'conflict',
    `The conditions of waiting verifications exceed the server's limit of ${bytes / 1024 / 1024} MB. Match less of the body, or wait until one of them ends.`,
  );
}

function tooManyWait(): Problem {
  return new Problem(
    'conflict',
    `The limit of ${MOST_WAITING} waiting verifications in this world is reached. Wait until one of them ends.`,
  );
}

function boundsOf(expectation: Expectation): { readonly least: number; readonly most: number } {
  if ('times' in expectation) return { least: expectation.times, most: expectation.times };
  const { atMost = Number.POSITIVE_INFINITY, atLeast } = expectation;
  return { least: atLeast ?? (expectation.atMost === undefined ? 1 : 0), most: atMost };
}

/** `open`: further requests may still change it. */
function verdictOn(count: number, expectation: Expectation): 'met' | 'missed' | 'open' {
  const { least, most } = boundsOf(expectation);
  if (count > most) return 'missed';
  return count >= least && most === Number.POSITIVE_INFINITY ? 'met' : 'open';
}

/** How many near misses are returned. */
const MOST_NEAREST = 3;
/** Older requests are not compared: a test's near miss is recent. */
const MOST_COMPARED = 500;

/**
 * Weights of differences: another operation is unrelated, while another status is probably the same request that
 * failed.
 */
const WEIGHTS: Readonly<Partial<Record<Member, number>>> = {
  operation: 4,
  path: 4,
  service: 3,
  method: 2,
};

/** The requests with the least differences, newest first among equals. */
function nearestTo(journal: Journal, matcher: Matcher): Verification['nearest'] {
  const { secrets } = journal;
  return journal
    .newestFirst(undefined, MOST_COMPARED)
    .map((entry) => {
      const facts = factsOf(entry, secrets);
      const members = matcher.differing(facts);
      const weight = members.reduce((sum, member) => sum + (WEIGHTS[member] ?? 1), entry.hints.length > 0 ? -1 : 0);
      return { entry, facts, members, weight };
    })
    .filter(({ members }) => members.length > 0)
    .sort((one, other) => one.weight - other.weight)
    .slice(0, MOST_NEAREST)
    .map(({ entry, facts, members }) => ({
      entry,
      differs: members.map((member) => matcher.describe(member, facts, secrets)),
    }));
}

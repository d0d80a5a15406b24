import type { Collections } from './collections.ts';
import { Changed } from './errors.ts';

/** The most attempts of an update. Whenever one fails, another writer of the same row has made progress. */
const MOST_TRIES = 5;

/**
 * Repeats `work` if the rows that it read have changed before its commit.
 *
 * @param work must only read before its commit, because it may be repeated
 * @param tries the number of attempts that were made already
 * @throws Changed if the rows have changed in every attempt
 */
export async function retrying<Result>(work: () => Promise<Result>, tries = 0): Promise<Result> {
  for (let tried = tries + 1; ; tried += 1) {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof Changed) || tried === MOST_TRIES) throw cause;
    }
  }
}

/**
 * Reads, decides and commits, and repeats that if the rows have changed meanwhile. After its first conflict an update
 * waits for its turn. Updates that start while others wait take turns as well, so that many concurrent updates of a row
 * succeed one after the other.
 *
 * @param work must only read before its commit, because it may be repeated
 * @throws Changed if the rows have changed in every attempt
 */
export async function updating<Result>({ turns }: Collections, work: () => Promise<Result>): Promise<Result> {
  if (!turns.isIdle) return turns.take(() => retrying(work));
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof Changed)) throw cause;
  }
  return turns.take(() => retrying(work, 1));
}

import type { Collections } from './collections.ts';
import { Changed } from './errors.ts';

/** How often an update is tried: each time, another writer of the same row has made progress. */
const MOST_TRIES = 5;

/**
 * Works again if what was read has changed before it could be committed.
 *
 * @param work must not do anything before its commit but read
 * @param tries how often it was tried already
 * @throws Changed if it has changed each time
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
 * Reads, decides and commits, again if what was read has changed meanwhile. After the first such conflict it waits for
 * its turn, and so does everybody who comes while others wait: so many at once succeed one after the other.
 *
 * @param work must not do anything before its commit but read
 * @throws Changed if it has changed each time
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

import type { Problem } from '../../../../core/problem.ts';
import { Changed, NotFound } from '../../../../store/errors.ts';

/**
 * A write that rests on a credential that was checked: while that was looked at, its owner may have been deleted or
 * disabled, or it may have been replaced. Such a credential does not count.
 *
 * @param refuse in the words in which a wrong credential of that kind is refused
 */
export async function unlessEnded<Result>(
  write: Promise<Result>,
  refuse: (reason: 'ended_meanwhile') => Problem,
): Promise<Result> {
  try {
    return await write;
  } catch (thrown) {
    throw thrown instanceof NotFound || thrown instanceof Changed ? refuse('ended_meanwhile') : thrown;
  }
}

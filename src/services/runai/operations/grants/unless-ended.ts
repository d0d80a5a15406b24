import type { Problem } from '../../../../core/problem.ts';
import { NotFound, Outdated } from '../../../../store/errors.ts';

/**
 * A write that rests on a checked credential: during the check its owner may have been deleted or disabled, or it may
 * have been replaced. It is then no longer valid.
 *
 * @param refuse in the words that refuse a wrong credential of that kind
 */
export async function refuseIfEnded<Result>(
  write: Promise<Result>,
  refuse: (reason: 'ended_meanwhile') => Problem,
): Promise<Result> {
  try {
    return await write;
  } catch (thrown) {
    throw thrown instanceof NotFound || thrown instanceof Outdated ? refuse('ended_meanwhile') : thrown;
  }
}

import type { Problem } from '../../../../core/problem.ts';
import { NotFound, Outdated } from '../../../../store/errors.ts';

/**
 * Refuses a write if the checked credential is no longer valid: its owner was deleted or disabled, or it was replaced.
 *
 * @param refuse uses the message for a wrong credential of that kind
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

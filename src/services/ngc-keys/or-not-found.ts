import { Problem } from '../../decisions/problem.ts';
import { NotFound } from '../../store/errors.ts';

/** Turns a deletion by a concurrent request into a 404. @throws Problem `not_found` */
export async function rejectMissing<Changed>(change: Promise<Changed>, message = ''): Promise<Changed> {
  try {
    return await change;
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found', message) : thrown;
  }
}

import { Problem } from '../../decisions/problem.ts';
import { NotFound } from '../../store/errors.ts';

/** Reports `not_found` if another request deleted the object after the look-up. @throws Problem `not_found` */
export async function orNotFound<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
}

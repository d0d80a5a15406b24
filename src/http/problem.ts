import type { FastifyReply } from 'fastify';
import { Problem, problemOf } from '../decisions/problem.ts';
import { renderProblemDetails } from '../decisions/responses/problem-details.ts';
import { hideInLine, type KnownSecrets } from '../journal/secrets.ts';
import {
  DamagedData,
  DatabaseFailure,
  EditConflict,
  ReadOnlyDatabase,
  UnknownOutcome,
  WriteFailure,
} from '../store/errors.ts';
import type { Store } from '../store/index.ts';
import { headersOf } from './headers.ts';

/** @param store blamed instead of an internal error if its file is missing or damaged */
export function toProblem(thrown: unknown, store?: Pick<Store, 'fault'>): Problem {
  if (thrown instanceof EditConflict) {
    const message = 'The object kept changing during the update, so nothing was done. Try again.';
    return new Problem('unavailable', message, { cause: thrown });
  }
  if (thrown instanceof DatabaseFailure) {
    const message =
      thrown instanceof ReadOnlyDatabase
        ? `The database ${thrown.why}, so nothing was done. Try again once the database accepts changes.`
        : 'The database does not answer, so nothing was done. Try again once the database is back.';
    if (thrown instanceof ReadOnlyDatabase && thrown.isFull)
      return new Problem('storage_full', message, { cause: thrown });
    return new Problem('unavailable', message, { retryAfter: 1, cause: thrown });
  }
  if (thrown instanceof UnknownOutcome) {
    const message =
      'The database connection was lost during a commit. The change may or may not be stored. Check before you try again.';
    return new Problem('unavailable', message, { cause: thrown });
  }
  if (thrown instanceof DamagedData) {
    const message = `The data is damaged: ${thrown.message}. Start with other data.`;
    return new Problem('storage_failing', message, { cause: thrown });
  }
  if (!(thrown instanceof WriteFailure)) {
    const problem = problemOf(thrown);
    const storeProblem = problem.kind === 'internal' ? (store?.fault() ?? null) : null;
    return storeProblem === null ? problem : new Problem('storage_failing', storeProblem, { cause: thrown });
  }
  return new Problem(thrown.why === 'full' ? 'storage_full' : 'storage_failing', thrown.message, { cause: thrown });
}

/** Sends a problem as problem details, for paths that belong to no vendor. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const outcome = renderProblemDetails(problem);
  return reply.code(outcome.status).headers(headersOf(outcome, problem)).send(outcome.body);
}

/** Hides secrets in a problem's message, which may quote a secret sent in the wrong place. */
export function problemWithoutSecrets(problem: Problem, secrets: KnownSecrets): Problem {
  const message = hideInLine(problem.message, secrets);
  return message === problem.message ? problem : new Problem(problem.kind, message, problem);
}

import type { ErrorForm } from '../../contract/service.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Problem } from '../../core/problem.ts';
import { PROBLEM_JSON, problemDetails } from '../../core/problem-details.ts';

export const ERRORS: readonly ErrorForm[] = [
  { schema: 'Problem', mediaType: PROBLEM_JSON },
  { schema: null, mediaType: 'text/plain' },
];

/** Every refused credential gets the same text. */
export function renderProblem(problem: Problem): Outcome {
  if (problem.kind === 'unauthenticated') {
    return { status: 401, headers: { 'content-type': 'text/plain' }, body: Buffer.from('Unauthorized') };
  }
  const { body, ...rest } = problemDetails(problem);
  return { ...rest, body: { ...body, detail: problem.message || body.title } };
}

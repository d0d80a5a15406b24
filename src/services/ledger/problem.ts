import type { About, ErrorForm } from '../../contract/service.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Problem } from '../../core/problem.ts';
import { PROBLEM_JSON, problemDetails } from '../../core/problem-details.ts';
import { isKeyOfOtherService } from '../../ngc-keys/control-plane.ts';

export const ERRORS: readonly ErrorForm[] = [
  { schema: 'Problem', mediaType: PROBLEM_JSON },
  { schema: null, mediaType: 'text/plain' },
];

/** Every refused credential gets the same text, a key of another service as well. */
export function renderProblem(problem: Problem, about: About): Outcome {
  if (problem.kind === 'unauthenticated' || isKeyOfOtherService(about)) {
    return { status: 401, headers: { 'content-type': 'text/plain' }, body: Buffer.from('Unauthorized') };
  }
  const { body, ...rest } = problemDetails(problem);
  return { ...rest, body: { ...body, detail: problem.message || body.title } };
}

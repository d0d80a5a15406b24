import { Problem } from '../../decisions/problem.ts';

export function invalidRequest(message: string): Problem {
  return new Problem('invalid_request', message);
}

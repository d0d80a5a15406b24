import { Problem } from '../decisions/problem.ts';

/** Why a process has no worlds. */
export interface Waiting {
  /** `standby`: another process has them; `waiting`: nobody can be asked. */
  readonly status: 'standby' | 'waiting';
  /** A sentence for people. */
  readonly why: string;
}

/** The message for users while the database does not answer. */
export const UNREACHABLE =
  'The database does not answer, so nothing can be read or stored now. Start it, or wait until it is back.';

/** The problem of a request to a process without worlds. */
export function noWorldsProblem({ status, why }: Waiting): Problem {
  const advice =
    status === 'standby' ? ' Send requests to that process: `GET /_mock/health?ready` is 503 on this one.' : '';
  return new Problem('unavailable', `${why}${advice}`, { retryAfter: 1, isLogged: true });
}

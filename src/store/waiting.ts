import { Problem } from '../decisions/problem.ts';

/** Why a process doesn't own the worlds. */
export interface WaitState {
  /** `standby`: another process owns them; `waiting`: the database is unreachable. */
  readonly status: 'standby' | 'waiting';
  /** A sentence for users. */
  readonly why: string;
}

/** The message for users while the database doesn't answer. */
export const UNREACHABLE_MESSAGE =
  'The database does not answer, so nothing can be read or stored now. Start it, or wait for it to come back.';

/** Creates the problem for a request to a process that doesn't own the worlds. */
export function createNoWorldsProblem({ status, why }: WaitState): Problem {
  const advice =
    status === 'standby' ? ' Send requests to that process: `GET /_mock/health?ready` is 503 on this one.' : '';
  return new Problem('unavailable', `${why}${advice}`, { retryAfter: 1, isLogged: true });
}

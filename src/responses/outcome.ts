import type { Principal } from '../decisions/principal.ts';
import type { Problem } from '../decisions/problem.ts';

interface Answered<Status> {
  readonly status: Status;
  readonly headers?: Readonly<Record<string, string>>;
  /** For a public operation: its principal, such as the client that was granted a token. */
  readonly principal?: Principal;
  /** The handler refused in its own form: a page that asks again, or a redirect with an error. */
  readonly refusal?: Problem;
}

/**
 * The answer of a handler. A body is sent as JSON, a Buffer unchanged, a `Readable` as a stream. Status 204 has none.
 */
export type Outcome<Status = number, Body = unknown> = Answered<Status> &
  (undefined extends Body ? { readonly body?: Body } : { readonly body: Body });

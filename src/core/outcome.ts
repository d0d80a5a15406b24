import type { Principal } from './principal.ts';
import type { Problem } from './problem.ts';

interface Told<Status> {
  readonly status: Status;
  readonly headers?: Readonly<Record<string, string>>;
  /** On an operation that needs no credential: whom it was done for, such as the client that was given a token. */
  readonly principal?: Principal;
  /** The answer is a refusal in a form of its own: a page that asks again, or a redirect that names an error. */
  readonly refusal?: Problem;
}

/**
 * What a handler answers. A body is sent as JSON, a Buffer unchanged, a `Readable` of `node:stream` as it makes it; none
 * for 204.
 */
export type Outcome<Status = number, Body = unknown> = Told<Status> &
  (undefined extends Body ? { readonly body?: Body } : { readonly body: Body });

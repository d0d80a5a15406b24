import type { Principal } from '../principal.ts';
import type { Problem } from '../problem.ts';

/** The maximum length of a list in a response: of its objects as stored JSON, in characters. */
export const MAX_LIST_CHARACTERS = 8 * 1024 * 1024;

interface ResponseHead<Status> {
  readonly status: Status;
  readonly headers?: Readonly<Record<string, string>>;
  /** For a public operation: its principal, such as the client that was granted a token. */
  readonly principal?: Principal;
  /** Set if the handler refused in a format of its own: a page that asks again, or a redirect with an error. */
  readonly refusal?: Problem;
}

/** A handler's response: JSON, a Buffer as it is, a `Readable` as a stream, or no body with status 204. */
export type Outcome<Status = number, Body = unknown> = ResponseHead<Status> &
  (undefined extends Body ? { readonly body?: Body } : { readonly body: Body });

/** Bytes, or texts in UTF-8. */
export type Parts = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

/** Content sent in parts that are produced on demand. Clients cannot tell the response from one with a Buffer. */
export class StreamedBytes {
  readonly parts: () => Parts;

  constructor(parts: () => Parts) {
    this.parts = parts;
  }
}

import type { CredentialKind } from './credentials.ts';
import type { DifferenceClass } from './operations.ts';

/** A request that both services get. */
export interface PlannedRequest {
  /** Method and path, and what was changed about the request. */
  readonly name: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly credential: CredentialKind;
  readonly mediaType: string | null;
  readonly body: string;
}

/** An answer, with the headers in lower case. */
export interface PlayedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Where something was found. */
interface Place {
  readonly request: string;
  /** The operation; null if the document names none. */
  readonly operation: string | null;
  /** Where: `status`, `header NAME`, or a path into the body. */
  readonly place: string;
}

/** Something in which the real service answers otherwise than the mock. */
export interface Difference extends Place {
  readonly class: DifferenceClass;
  readonly real: string;
  readonly mock: string;
  /** `data`: the accounts hold other data. Does not count. */
  readonly kind: 'behaviour' | 'data';
}

/** Something about which the comparison says nothing. */
export interface NotCompared extends Place {
  readonly reason: string;
}

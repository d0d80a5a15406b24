import type { CredentialKind } from './credentials.ts';
import type { DifferenceClass } from './operations.ts';

/** A request to send to both services. */
export interface PlannedRequest {
  /** Method and path, and how the request differs from the original. */
  readonly name: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly credential: CredentialKind;
  readonly mediaType: string | null;
  readonly body: string;
}

/** A response, with header names in lower case. */
export interface ServiceResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Where a difference was found. */
interface Place {
  readonly request: string;
  /** The operation, or null if undocumented. */
  readonly operation: string | null;
  /** `status`, `header NAME`, or a path into the body. */
  readonly place: string;
}

/** A difference between the responses of the real service and the mock. */
export interface Difference extends Place {
  readonly class: DifferenceClass;
  readonly real: string;
  readonly mock: string;
  /** `data`: the accounts contain different data, which doesn't count as a difference. */
  readonly kind: 'behaviour' | 'data';
}

/** A part of a response that could not be compared. */
export interface NotCompared extends Place {
  readonly reason: string;
}

import type { Instant } from './clock.ts';
import type { Caller, Pending, Question, Seen } from './decide.ts';
import type { DenyReason } from './explaining/reasons.ts';
import type { Principal } from './principal.ts';

/** What a decision was made of, so that it can be explained and its fixes be tried. */
export interface Evidence {
  readonly question: Question;
  readonly caller: Caller;
  /** Of a refusal before the look-up: what the look-up would have seen. Null where the rule has none. */
  readonly sighting: Seen | null;
}

/** What was decided about one request, and why. Holds no token and no secret. */
export interface Decision {
  readonly id: string;
  readonly at: Instant;
  readonly service: string;
  readonly operation: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly effect: 'allow' | 'deny';
  readonly principal: Principal | null;
  /** Whom a credential that was not accepted would have stood for, where that is known. */
  readonly claimed?: Principal;
  readonly rule: string | null;
  readonly reason: DenyReason | null;
  /** Permissions that the rule needs and the caller lacks: all of them. */
  readonly missing?: readonly string[];
  /** Permissions of which the rule needs one, and the caller has none. */
  readonly missingAnyOf?: readonly string[];
  /** Of an answer that was allowed: the permissions that counted. */
  readonly used?: readonly string[];
  /** Permissions that the caller holds; of an incompatible resource type, the types. */
  readonly held?: readonly string[];
  readonly roles?: readonly string[];
  /** Resource types that the rule accepts, by label. */
  readonly accepted?: readonly string[];
  /** The object that the path names. */
  readonly target?: string;
  /** Whose the object is, where it is not the caller's; or what the key names instead of it. */
  readonly boundTo?: string;
  /** The version of the key's policy that was in force. */
  readonly policyVersion?: number;
  readonly pending?: Pending;
  /** The world that the credential is of, where it is another one. */
  readonly ofWorld?: string;
  /** Facts about the credential that make the reason concrete. */
  readonly detail?: string;
  readonly evidence?: Evidence;
}

import type { ClientCredentials } from './credentials.ts';
import type { Principal } from './switchboard.ts';

/** What can be rehearsed. */
export type DrillName =
  | 'rotate-signing-key'
  | 'regenerate-secret'
  | 'revoke-session'
  | 'expire-tokens'
  | 'token-outage'
  | 'slow-token'
  | 'rate-limit';

export interface DrillOrder {
  /** By id, name, client id or e-mail address. Default: everybody or, of a drill that is about one, the administrator. */
  readonly principal?: string;
  /** How long, by the clock of the world: a duration such as `30s`. */
  readonly for?: string;
}

/** What a drill did, and what is to come. Times are RFC 3339 in UTC, by the clock of the world. */
export interface StartedDrill {
  readonly name: DrillName;
  /** What happened already. */
  readonly did: string;
  /** What a client does that is right. */
  readonly rightClient: string;
  /** Whom it is about; null: everybody. */
  readonly principal: Principal | null;
  readonly startedAt: string;
  /** Null: it happened at once. */
  readonly endsAt: string | null;
  /** Ids of the faults that it consists of. */
  readonly faults: readonly string[];
  /** Of `regenerate-secret`: what replaces the old ones. */
  readonly credentials?: ClientCredentials;
}

/** A drill that can be started. */
export interface Drill {
  readonly name: DrillName;
  readonly service: string;
  /** What happens. */
  readonly what: string;
  readonly rightClient: string;
  readonly about: 'one' | 'one-or-all' | 'all';
  /** How long by default, as ISO 8601; null: it happens at once. */
  readonly lasts: string | null;
  readonly running: boolean;
  readonly endsAt: string | null;
}

/** What a client has to survive, rehearsed in a world. */
export interface DrillsBoard {
  /** Starts it; one that is running starts anew. */
  run(name: DrillName, order?: DrillOrder): Promise<StartedDrill>;
  list(): Promise<readonly Drill[]>;
  /** Ends one that is running. */
  end(name: DrillName): Promise<void>;
}

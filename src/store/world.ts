import type { NewAccessKey } from './access-keys.ts';
import type { Row } from './collections.ts';
import type { Identity, OAuthClient } from './identities.ts';
import type { NewNgcKey, NgcUser, Organization } from './ngc-keys.ts';

/** What a seed puts into the store; what is absent is empty. */
export interface WorldRecords {
  readonly identities?: readonly Identity[];
  readonly accessKeys?: readonly NewAccessKey[];
  readonly oauthClients?: readonly OAuthClient[];
  readonly organizations?: readonly Organization[];
  readonly ngcUsers?: readonly NgcUser[];
  readonly ngcKeys?: readonly NewNgcKey[];
  readonly objects?: readonly Row[];
  readonly settings?: Readonly<Record<string, string>>;
}

/** The seed a world was made of, kept whole: its credentials are public test credentials. */
export interface KeptSeed {
  /** Of the seed's text, to tell seeds apart. */
  readonly fingerprint: string;
  readonly origin: 'built-in' | 'file';
  /** JSON. */
  readonly text: string;
}

export interface WorldStore {
  /** Null before the first load. */
  seed(): Promise<KeptSeed | null>;
  /** Replaces everything in the store but the decisions, in one step; settings included. */
  load(seed: KeptSeed, records: WorldRecords): Promise<void>;
  /** How many of each there are, by name. */
  counts(): Promise<Readonly<Record<string, number>>>;
}

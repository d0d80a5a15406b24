import type { Instant } from '../core/clock.ts';
import type { IdentityKind } from '../core/principal.ts';
import type { Premise } from './grants.ts';

/** Somebody who can hold tokens. */
export interface Identity {
  readonly id: string;
  readonly kind: IdentityKind;
  /** A user's e-mail address; otherwise a name, unique among its kind. */
  readonly name: string;
  /** Of applications and service accounts: the client id, and the hash of the secret. */
  readonly clientId: string | null;
  readonly secretHash: string | null;
  /** Of users: scrypt. */
  readonly passwordHash: string | null;
  readonly enabled: boolean;
  /** Of users: false for those whom an identity provider vouches for. */
  readonly isLocal: boolean;
  /** Of users: the groups that the identity provider names. */
  readonly groups: readonly string[];
  /** Name of whoever made it; null for a seed. */
  readonly createdBy: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant | null;
  readonly lastLogin: Instant | null;
}

/** What of an identity can change. */
export type IdentityEdit = Partial<Pick<Identity, 'enabled' | 'secretHash' | 'passwordHash' | 'groups'>>;

export interface Identities {
  /** All of a kind, oldest first. */
  all(kind: IdentityKind): Promise<readonly Identity[]>;
  /** @throws Collision when the name or the client id is taken among its kind */
  create(identity: Identity): Promise<void>;
  /**
   * @param premise what the edit rests on, as it was when it was read
   * @throws NotFound
   * @throws Changed when the premise does not hold any more
   */
  edit(id: string, edit: IdentityEdit, at: Instant, premise?: Premise): Promise<void>;
  /** With all that is the identity's: access keys, codes, refresh tokens. @throws NotFound */
  delete(id: string): Promise<void>;
  byId(id: string): Promise<Identity | null>;
  /** By name, without regard to case. */
  byName(kind: IdentityKind, name: string): Promise<Identity | null>;
  byClientId(kind: IdentityKind, clientId: string): Promise<Identity | null>;
  /** As `AccessKeys.touch`. @param secretHash of those who have a secret: the hash that it was compared with */
  touch(id: string, at: Instant, secretHash?: string | null): Promise<void>;
}

/** An OAuth client that people log in through (RFC 6749, 2); all of ours are public. */
export interface OAuthClient {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
}

export interface OAuthClients {
  byId(clientId: string): Promise<OAuthClient | null>;
}

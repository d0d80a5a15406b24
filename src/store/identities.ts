import type { Instant } from '../core/clock.ts';
import type { IdentityKind } from '../core/principal.ts';
import type { Premise } from './grants.ts';

/** Somebody who can hold tokens. */
export interface Identity {
  readonly id: string;
  readonly kind: IdentityKind;
  /** A user's e-mail address; otherwise a name that is unique among its kind. */
  readonly name: string;
  /** For applications and service accounts: the client id, and the hash of the secret. */
  readonly clientId: string | null;
  readonly secretHash: string | null;
  /** For users: scrypt. */
  readonly passwordHash: string | null;
  readonly enabled: boolean;
  /** For users: false if an identity provider vouches for them. */
  readonly isLocal: boolean;
  /** For users: the groups that the identity provider names. */
  readonly groups: readonly string[];
  /** Name of its creator; null if it comes from a seed. */
  readonly createdBy: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant | null;
  readonly lastLogin: Instant | null;
}

/** The members of an identity that can change. */
export type IdentityEdit = Partial<Pick<Identity, 'enabled' | 'secretHash' | 'passwordHash' | 'groups'>>;

export interface Identities {
  /** All identities of a kind, oldest first. */
  all(kind: IdentityKind): Promise<readonly Identity[]>;
  /** @throws Collision if the name or the client id is taken among its kind */
  create(identity: Identity): Promise<void>;
  /**
   * @param premise what the edit depends on, as it was when it was read
   * @throws NotFound
   * @throws Outdated if the premise no longer holds
   */
  edit(id: string, edit: IdentityEdit, at: Instant, premise?: Premise): Promise<void>;
  /** Deletes it with everything that belongs to it: access keys, codes, refresh tokens. @throws NotFound */
  delete(id: string): Promise<void>;
  byId(id: string): Promise<Identity | null>;
  /** By name, regardless of case. */
  byName(kind: IdentityKind, name: string): Promise<Identity | null>;
  byClientId(kind: IdentityKind, clientId: string): Promise<Identity | null>;
  /** As `AccessKeys.touch`. @param secretHash for those who have a secret: the hash with which it was compared */
  touch(id: string, at: Instant, secretHash?: string | null): Promise<void>;
}

/** An OAuth client through which people log in (RFC 6749, 2); all of ours are public. */
export interface OAuthClient {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
}

export interface OAuthClients {
  /** All of them, oldest first. */
  all(): Promise<readonly OAuthClient[]>;
  byId(clientId: string): Promise<OAuthClient | null>;
}

import type { Instant } from '../core/clock.ts';
import type { IdentityKind } from '../core/principal.ts';

/** Somebody who can hold tokens. */
export interface Identity {
  readonly id: string;
  readonly kind: IdentityKind;
  /** A user's e-mail address; otherwise a name, unique among its kind. */
  readonly name: string;
  /** The role it has, by name; null for none. */
  readonly role: string | null;
  /** Of applications and service accounts: the client id, and the hash of the secret. */
  readonly clientId: string | null;
  readonly secretHash: string | null;
  /** Of users: scrypt. */
  readonly passwordHash: string | null;
  readonly enabled: boolean;
  readonly createdAt: Instant;
  readonly lastLogin: Instant | null;
}

export interface Identities {
  byId(id: string): Promise<Identity | null>;
  /** By name, without regard to case. */
  byName(kind: IdentityKind, name: string): Promise<Identity | null>;
  byClientId(kind: IdentityKind, clientId: string): Promise<Identity | null>;
  /** As `AccessKeys.touch`. */
  touch(id: string, at: Instant): Promise<void>;
}

/** An OAuth client that people log in through (RFC 6749, 2); all of ours are public. */
export interface OAuthClient {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
}

export interface OAuthClients {
  byId(clientId: string): Promise<OAuthClient | null>;
}

import { START } from '../../../support/server.ts';

import { compareText, createTurnComparator } from '../sorted.ts';

/** The maximum number of keys of a user. */
export const LIMIT = 20;
/** The lifetime of a token. */
const LASTS = 3_600_000;

export const USERS = ['admin', 'researcher'] as const;
export type User = (typeof USERS)[number];

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly owner: User;
  readonly clientId: string;
  /** All secrets so far, of which only the last one is valid. */
  readonly secrets: string[];
  lastLogin: number | null;
}

/** A token, and the key and secret that it was issued for. */
export interface Token {
  /** The number of tokens when it was requested. */
  readonly turn: number;
  readonly text: string;
  readonly keyId: string;
  readonly secret: string;
  readonly until: number;
}

/** The access keys of two users. */
export class AccessKeys {
  /** The time of the machine. */
  real = START;
  /** Oldest first. */
  readonly keys: Key[];
  readonly deleted: Key[] = [];
  readonly tokens: Token[] = [];
  /** Whether tokens are revoked with their secret. */
  readonly endsTokens: boolean;

  constructor(keys: readonly Key[], endsTokens: boolean) {
    this.keys = [...keys];
    this.endsTokens = endsTokens;
  }

  of(owner: User): readonly Key[] {
    return this.keys.filter((key) => key.owner === owner);
  }

  /** Finds a key by name, or else a deleted key of this name. */
  named(owner: User, name: string): Key | undefined {
    const matches = (key: Key) => key.owner === owner && key.name === name;
    return this.keys.find(matches) ?? this.deleted.findLast(matches);
  }

  /** Finds an existing key. */
  find(id: string | undefined): Key | undefined {
    return this.keys.find((key) => key.id === id);
  }

  /** Returns the expected status of the creation of a key. */
  expectedCreation(owner: User, name: string): 201 | 400 | 409 {
    const own = this.of(owner);
    if (own.some((key) => key.name === name)) return 409;
    return own.length < LIMIT ? 201 : 400;
  }

  /** Returns why a user cannot read a key, or null. */
  findReadReason(id: string | undefined, from: User): string | null {
    const owner = this.find(id)?.owner;
    if (owner === undefined) return 'no_such_object';
    return owner === from ? null : 'foreign_object';
  }

  delete(id: string): void {
    const index = this.keys.findIndex((key) => key.id === id);
    this.deleted.push(...this.keys.splice(index, 1));
    this.deleted.sort((first, second) => compareText(first.id, second.id));
  }

  /** Returns why a login is rejected, or null. */
  findLoginReason(id: string | undefined, secret: string): string | null {
    const key = this.find(id);
    if (key === undefined) return 'unknown_client';
    return secret === key.secrets.at(-1) ? null : 'wrong_secret';
  }

  addToken(granted: Omit<Token, 'until'>): void {
    const key = this.find(granted.keyId);
    if (key !== undefined) key.lastLogin = this.real;
    this.tokens.push({ ...granted, until: this.real - (this.real % 1000) + LASTS });
    this.tokens.sort(createTurnComparator(({ text }) => text));
  }

  /** Returns why a token is rejected, or null. */
  findTokenReason({ keyId, secret, until }: Token): string | null {
    if (this.real >= until) return 'expired_token';
    return this.endsTokens && this.findLoginReason(keyId, secret) !== null ? 'revoked_token' : null;
  }
}

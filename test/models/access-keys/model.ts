import { START } from '../../support/server.ts';

import { byText, byTurn } from '../sorted.ts';

/** The most that a user may have. */
export const LIMIT = 20;
/** How long a token lasts. */
const LASTS = 3_600_000;

export const USERS = ['admin', 'researcher'] as const;
export type User = (typeof USERS)[number];

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly owner: User;
  readonly clientId: string;
  /** All that it ever had: only the last one counts. */
  readonly secrets: string[];
  lastLogin: number | null;
}

/** A token, and what it was got with. */
export interface Token {
  /** How many there were when it was asked for. */
  readonly turn: number;
  readonly text: string;
  readonly keyId: string;
  readonly secret: string;
  readonly until: number;
}

/** The access keys of two users. */
export class AccessKeys {
  /** What the machine's clock shows. */
  real = START;
  /** Oldest first. */
  readonly keys: Key[];
  readonly deleted: Key[] = [];
  readonly tokens: Token[] = [];
  /** Do tokens end with the secret that they were got with? */
  readonly endsTokens: boolean;

  constructor(keys: readonly Key[], endsTokens: boolean) {
    this.keys = [...keys];
    this.endsTokens = endsTokens;
  }

  of(owner: User): readonly Key[] {
    return this.keys.filter((key) => key.owner === owner);
  }

  /** Of this name; if there is none, one that had it. */
  named(owner: User, name: string): Key | undefined {
    const isMeant = (key: Key) => key.owner === owner && key.name === name;
    return this.keys.find(isMeant) ?? this.deleted.findLast(isMeant);
  }

  /** If it is still there. */
  find(id: string | undefined): Key | undefined {
    return this.keys.find((key) => key.id === id);
  }

  /** How a request for another one is answered. */
  creation(owner: User, name: string): 201 | 400 | 409 {
    const own = this.of(owner);
    if (own.some((key) => key.name === name)) return 409;
    return own.length < LIMIT ? 201 : 400;
  }

  /** Why somebody does not find it; null if they do. */
  whyHidden(id: string | undefined, from: User): string | null {
    const owner = this.find(id)?.owner;
    if (owner === undefined) return 'no_such_object';
    return owner === from ? null : 'foreign_object';
  }

  delete(id: string): void {
    const index = this.keys.findIndex((key) => key.id === id);
    this.deleted.push(...this.keys.splice(index, 1));
    this.deleted.sort((one, other) => byText(one.id, other.id));
  }

  /** Why a secret gets no token; null if it does. */
  whyRefused(id: string | undefined, secret: string): string | null {
    const key = this.find(id);
    if (key === undefined) return 'unknown_client';
    return secret === key.secrets.at(-1) ? null : 'wrong_secret';
  }

  granted(granted: Omit<Token, 'until'>): void {
    const key = this.find(granted.keyId);
    if (key !== undefined) key.lastLogin = this.real;
    this.tokens.push({ ...granted, until: this.real - (this.real % 1000) + LASTS });
    this.tokens.sort(byTurn(({ text }) => text));
  }

  /** Why a token does not count; null if it does. */
  whyOver({ keyId, secret, until }: Token): string | null {
    if (this.real >= until) return 'expired_token';
    return this.endsTokens && this.whyRefused(keyId, secret) !== null ? 'revoked_token' : null;
  }
}

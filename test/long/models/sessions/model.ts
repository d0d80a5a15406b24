import type { Profile } from '../../../../src/services/runai/tables/profiles.ts';
import { START } from '../../../support/server.ts';

import { createTurnComparator } from '../sorted.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CODE_LASTS = 60_000;

export const USERS = ['admin', 'researcher'] as const;
export type User = (typeof USERS)[number];

export interface AccessToken {
  readonly text: string;
  readonly until: number;
  isRevoked: boolean;
}

export interface Login {
  /** The number of logins when it was requested. */
  readonly turn: number;
  /** The first refresh token, which identifies the login. */
  readonly first: string;
  readonly user: User;
  /** Null without a client. */
  readonly client: string | null;
  /** All refresh tokens so far: the last one is valid, and an earlier one revokes the login. */
  readonly refreshTokens: string[];
  /** The expiry of the last refresh token. */
  until: number;
  readonly accessTokens: AccessToken[];
  idToken: string | null;
  isEnded: boolean;
  /** The code of the login, or null for a password. */
  readonly code: string | null;
}

/** A code of the login page, which can be used once. */
export interface Code {
  readonly turn: number;
  readonly text: string;
  readonly user: User;
  readonly client: string;
  readonly until: number;
  isUsed: boolean;
}

/** The tokens of a response of a token endpoint. */
export interface Granted {
  readonly access: string;
  readonly refresh: string;
  readonly id: string | null;
}

/** Logins of users, and their tokens. */
export class Sessions {
  /** The time of the machine. */
  real = START;
  readonly logins: Login[] = [];
  codes: Code[] = [];
  readonly profile: Profile;

  constructor(profile: Profile) {
    this.profile = profile;
  }

  begin(begun: Pick<Login, 'turn' | 'user' | 'client' | 'code'>, granted: Granted): void {
    const nothingYet = { refreshTokens: [], until: 0, accessTokens: [], idToken: null, isEnded: false };
    const login: Login = { ...begun, first: granted.refresh, ...nothingYet };
    this.logins.push(login);
    this.logins.sort(createTurnComparator(({ first }) => first));
    this.continueLogin(login, granted);
  }

  find(first: string): Login {
    return this.logins.find((login) => login.first === first) as Login;
  }

  continueLogin(login: Login, { access, refresh, id }: Granted): void {
    login.refreshTokens.push(refresh);
    login.until = this.real + DAY;
    login.accessTokens.push({ text: access, until: this.real - (this.real % 1000) + HOUR, isRevoked: false });
    login.idToken = id ?? login.idToken;
  }

  /** Returns why a refresh token is rejected, or null. @param client undefined if no client is required */
  findRefreshReason(login: Login, token: string, client: string | null | undefined): string | null {
    if (login.client !== null && client !== undefined && client !== login.client) return 'other_client';
    if (token !== login.refreshTokens.at(-1)) return 'reused_refresh_token';
    if (login.isEnded) return 'revoked_refresh_token';
    return this.real >= login.until ? 'expired_refresh_token' : null;
  }

  /** Returns why an access token is rejected, or null. */
  findTokenReason(login: Login, { until, isRevoked }: AccessToken): string | null {
    if (this.real >= until) return 'expired_token';
    return login.isEnded || isRevoked ? 'revoked_token' : null;
  }

  issue(issued: Pick<Code, 'turn' | 'user' | 'client' | 'text'>): void {
    // A code is removed a day after its expiry when another code is issued.
    this.codes = this.codes.filter(({ until }) => until > this.real - DAY);
    this.codes.push({ ...issued, until: this.real + CODE_LASTS, isUsed: false });
    this.codes.sort(createTurnComparator(({ text }) => text));
  }

  /** Returns why a code is rejected, or null. @param client undefined if no client is required */
  findRedeemReason(code: Code, client: string | undefined): string | null {
    if (code.isUsed) return 'reused_code';
    if (this.real >= code.until) return 'expired_code';
    return client !== undefined && client !== code.client ? 'code_of_other_client' : null;
  }

  logOut(user: User): void {
    for (const login of this.logins) if (login.user === user) login.isEnded = true;
    for (const code of this.codes) if (code.user === user) code.isUsed = true;
  }
}

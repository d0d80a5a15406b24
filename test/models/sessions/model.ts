import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { START } from '../../support/server.ts';

import { byTurn } from '../sorted.ts';

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
  /** How many there were when it was asked for. */
  readonly turn: number;
  /** Its first refresh token, by which it is known. */
  readonly first: string;
  readonly user: User;
  /** Null: it named none. */
  readonly client: string | null;
  /** All that it ever had: the last one is exchanged for the next, and an earlier one ends the login. */
  readonly refreshTokens: string[];
  /** When the last of them expires. */
  until: number;
  readonly accessTokens: AccessToken[];
  idToken: string | null;
  isEnded: boolean;
  /** That it came of; null: of a password. */
  readonly code: string | null;
}

/** What the login page gives: good for one use, whatever comes of it. */
export interface Code {
  readonly turn: number;
  readonly text: string;
  readonly user: User;
  readonly client: string;
  readonly until: number;
  isUsed: boolean;
}

/** What an answer of a token endpoint has. */
export interface Granted {
  readonly access: string;
  readonly refresh: string;
  readonly id: string | null;
}

/** Logins of users, and what they last on. */
export class Sessions {
  /** What the machine's clock shows. */
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
    this.logins.sort(byTurn(({ first }) => first));
    this.goOn(login, granted);
  }

  find(first: string): Login {
    return this.logins.find((login) => login.first === first) as Login;
  }

  goOn(login: Login, { access, refresh, id }: Granted): void {
    login.refreshTokens.push(refresh);
    login.until = this.real + DAY;
    login.accessTokens.push({ text: access, until: this.real - (this.real % 1000) + HOUR, isRevoked: false });
    login.idToken = id ?? login.idToken;
  }

  /** Why a refresh token is not exchanged; null if it is. @param client undefined: nobody asks for it */
  whyNotRefreshed(login: Login, token: string, client: string | null | undefined): string | null {
    if (login.client !== null && client !== undefined && client !== login.client) return 'other_client';
    if (token !== login.refreshTokens.at(-1)) return 'reused_refresh_token';
    if (login.isEnded) return 'revoked_refresh_token';
    return this.real >= login.until ? 'expired_refresh_token' : null;
  }

  /** Why an access token does not count; null if it does. */
  whyOver(login: Login, { until, isRevoked }: AccessToken): string | null {
    if (this.real >= until) return 'expired_token';
    return login.isEnded || isRevoked ? 'revoked_token' : null;
  }

  issue(issued: Pick<Code, 'turn' | 'user' | 'client' | 'text'>): void {
    // A day after it expired, one is forgotten when the next is issued.
    this.codes = this.codes.filter(({ until }) => until > this.real - DAY);
    this.codes.push({ ...issued, until: this.real + CODE_LASTS, isUsed: false });
    this.codes.sort(byTurn(({ text }) => text));
  }

  /** Why a code becomes no login; null if it does. @param client undefined: nobody asks for it */
  whyNotRedeemed(code: Code, client: string | undefined): string | null {
    if (code.isUsed) return 'reused_code';
    if (this.real >= code.until) return 'expired_code';
    return client !== undefined && client !== code.client ? 'code_of_other_client' : null;
  }

  logOut(user: User): void {
    for (const login of this.logins) if (login.user === user) login.isEnded = true;
    for (const code of this.codes) if (code.user === user) code.isUsed = true;
  }
}

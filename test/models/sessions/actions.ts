import fc from 'fast-check';
import { expect } from 'vitest';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
import {
  authorizationPath,
  basic,
  CALLBACK,
  codeFields,
  type Fields,
  formOf,
  INTROSPECTION,
  LOGIN_ACTION,
  LOGOUT,
  locationOf,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  REVOCATION,
  V2_TOKEN,
} from '../../support/oauth.ts';
import type { Answer } from '../../support/server.ts';
import { type Action, mixed } from '../action.ts';
import type { Live } from '../live.ts';
import { type Code, type Granted, type Login, type Sessions, USERS } from './model.ts';

type Drawn = fc.Arbitrary<Action<Sessions>>;

export const CAST = { admin, researcher };
const OTHER_CLIENT = 'cli';
/** The client in access tokens of a login that named none. */
const NO_CLIENT = 'runai';

/** What tokens are asked for, by endpoint; those of before OAuth have names of their own. */
interface Endpoint {
  readonly logIn: (live: Live, username: string, password: string, client: string | null) => Promise<Answer>;
  readonly refresh: (live: Live, token: string, client: string | null) => Promise<Answer>;
  readonly redeem: (live: Live, code: string, client: string) => Promise<Answer>;
}

const v1: Endpoint = {
  logIn: (live, username, password, client) =>
    live.server.grant({ grantType: 'password', username, password, ...(client !== null && { clientID: client }) }),
  refresh: (live, refreshToken, client) =>
    live.server.grant({ grantType: 'refresh_token', refreshToken, ...(client !== null && { clientID: client }) }),
  redeem: (live, code, clientID) =>
    live.server.grant({ grantType: 'exchange_token', code, clientID, redirectUri: CALLBACK }),
};
const at = (path: string, more: Fields = {}): Endpoint => ({
  logIn: (live, username, password, client) =>
    postForm(live, path, { grant_type: 'password', username, password, client_id: client ?? undefined, ...more }),
  refresh: (live, refresh_token, client) =>
    postForm(live, path, { grant_type: 'refresh_token', refresh_token, client_id: client ?? undefined }),
  redeem: (live, code, client_id) => postForm(live, path, codeFields(code, { client_id })),
});
const realm = at(REALM_TOKEN, { scope: 'openid' });
const old: Omit<Endpoint, 'logIn'> = {
  refresh: (live, token) => live.call(`POST /v1/k8s/auth/oauth/tokens/refresh?${formOf({ refresh_token: token })}`),
  redeem: (live, code) => live.call(`GET /v1/k8s/auth/token/exchange?${formOf({ code, redirect_uri: CALLBACK })}`),
};

/** What each version has, besides v1 and the realm: where it lacks something, that is asked of v1. */
const OWN: Readonly<Record<Profile, Endpoint>> = {
  '2.19': { ...v1, ...old },
  '2.24': at(V2_TOKEN),
  '3.0': { ...v1, logIn: at(V2_TOKEN).logIn },
};
type Where = 'v1' | 'realm' | 'own';
const where = fc.constantFrom<Where>('v1', 'realm', 'own');
const toldWhere = { v1: 'v1', realm: 'the realm', own: "the version's own endpoint" };
const endpointOf = ({ profile }: Sessions, which: Where): Endpoint => ({ v1, realm, own: OWN[profile] })[which];
/** Those of before OAuth know no clients. */
const asksForClient = ({ profile }: Sessions, which: Where) => which !== 'own' || profile !== '2.19';

const user = fc.constantFrom(...USERS);
/** One of the latest. */
const back = fc.nat({ max: 2 });
const reported = (one: number) => ['the last login', 'the login before the last', 'the third last login'][one];
const isOwn = fc.boolean().map((isOther) => !isOther);
const by = (own: boolean) => (own ? '' : ', by another client');

/** The client that a login is gone on with. The realm always wants to know one. */
function clientFor(login: Login, own: boolean, where: Where): string | null {
  if (!own) return OTHER_CLIENT;
  return login.client ?? (where === 'realm' ? PUBLIC_CLIENT : null);
}

const grantedIn = ({ body }: Answer): Granted => ({
  access: body.accessToken ?? body.access_token,
  refresh: body.refreshToken ?? body.refresh_token,
  id: body.idToken ?? body.id_token ?? null,
});

/** Expects 400 for a reason, or else 200. */
function expectAnswer({ status, body, decision }: Answer, isAlone: boolean, reason: string | null): void {
  expect(status, JSON.stringify(body)).toBe(reason === null ? 200 : 400);
  if (isAlone) expect(decision?.reason ?? null).toBe(reason);
}

const logIn: Drawn = fc.tuple(user, where, fc.boolean()).map(([who, where, hasClient]) => ({
  kind: 'log in',
  text: `${who} logs in at ${toldWhere[where]}${hasClient ? ' through a client' : ''}`,
  of: (before) => {
    const client = hasClient || where === 'realm' ? PUBLIC_CLIENT : null;
    return {
      send: (live) => endpointOf(before, where).logIn(live, CAST[who].email, CAST[who].password, client),
      take: (model, answer) => {
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        model.begin({ turn: before.logins.length, user: who, client, code: null }, grantedIn(answer));
      },
    };
  },
}));

const refresh: Drawn = fc.tuple(back, fc.boolean(), where, isOwn).map(([which, isFirst, where, own]) => ({
  kind: 'refresh',
  text: `${reported(which)} goes on at ${toldWhere[where]} by its ${isFirst ? 'first' : 'last'} refresh token${by(own)}`,
  of: (before) => {
    const login = before.logins.at(-1 - which) ?? before.logins[0];
    if (login === undefined) return null;
    const { first } = login;
    const token = login.refreshTokens.at(isFirst ? 0 : -1) as string;
    const client = clientFor(login, own, where);
    return {
      send: (live) => endpointOf(before, where).refresh(live, token, client),
      take: (model, answer, isAlone) => {
        const login = model.find(first);
        const reason = model.whyNotRefreshed(login, token, asksForClient(model, where) ? client : undefined);
        expectAnswer(answer, isAlone, reason);
        if (reason === null) model.goOn(login, grantedIn(answer));
        if (reason === 'reused_refresh_token') login.isEnded = true;
      },
    };
  },
}));

const askPage: Drawn = user.map((who) => ({
  kind: 'page',
  text: `${who} logs in by the login page`,
  of: (before) => ({
    send: (live) => {
      const { email: username, password } = CAST[who];
      return postForm(live, LOGIN_ACTION, `${authorizationPath().split('?')[1]}&${formOf({ username, password })}`);
    },
    take: (model, answer) => {
      const code = locationOf(answer).searchParams.get('code');
      model.issue({ turn: before.codes.length, user: who, client: PUBLIC_CLIENT, text: String(code) });
    },
  }),
}));

const redeem: Drawn = fc.tuple(fc.nat({ max: 1 }), where, isOwn).map(([which, where, own]) => ({
  kind: 'redeem',
  text: `the code${which === 0 ? '' : ' before the last'} is redeemed at ${toldWhere[where]}${by(own)}`,
  of: (before) => {
    const text = (before.codes.at(-1 - which) ?? before.codes[0])?.text;
    if (text === undefined) return null;
    const client = own ? PUBLIC_CLIENT : OTHER_CLIENT;
    return {
      send: (live) => endpointOf(before, where).redeem(live, text, client),
      take: (model, answer, isAlone) => {
        const code = model.codes.find((one) => one.text === text) as Code;
        const reason = model.whyNotRedeemed(code, asksForClient(model, where) ? client : undefined);
        code.isUsed = true;
        const login = model.logins.find((one) => one.code === text);
        if (reason === 'reused_code' && login !== undefined) login.isEnded = true;
        // A second use ends the login of the first before it has begun.
        if (!isAlone && answer.decision?.reason === 'ended_meanwhile') return;
        expectAnswer(answer, isAlone, reason);
        if (reason !== null) return;
        model.begin(
          { turn: before.logins.length, user: code.user, client: code.client, code: text },
          grantedIn(answer),
        );
      },
    };
  },
}));

/** Any token of a login. */
const token = fc.constantFrom('first refresh token', 'last refresh token', 'first access token', 'last access token');
function tokenOf({ refreshTokens, accessTokens }: Login, which: string): string {
  const index = which.startsWith('first') ? 0 : -1;
  return (which.endsWith('refresh token') ? refreshTokens.at(index) : accessTokens.at(index)?.text) as string;
}

const revoke: Drawn = fc.tuple(back, token, isOwn).map(([which, what, own]) => ({
  kind: 'revoke',
  text: `the ${what} of ${reported(which)} is revoked${by(own)}`,
  of: (before) => {
    const login = before.logins.at(-1 - which) ?? before.logins[0];
    if (login === undefined) return null;
    const { first } = login;
    const text = tokenOf(login, what);
    const client = own ? (login.client ?? PUBLIC_CLIENT) : OTHER_CLIENT;
    return {
      send: (live) => postForm(live, REVOCATION, { token: text, client_id: client }),
      take: (model, answer, isAlone) => {
        const login = model.find(first);
        const access = login.accessTokens.find((one) => one.text === text);
        const isGood = access !== undefined && model.whyOver(login, access) === null;
        // Whose a token is that does not count is not looked at.
        const owner = access === undefined ? login.client : isGood ? (login.client ?? NO_CLIENT) : null;
        const isOthers = owner !== null && owner !== client;
        expectAnswer(answer, isAlone, isOthers ? 'other_client' : null);
        if (isOthers) return;
        if (access === undefined) login.isEnded = true;
        else access.isRevoked = true;
      },
    };
  },
}));

const endSession: Drawn = fc.tuple(back, fc.constantFrom('first', 'last', 'ID'), isOwn).map(([which, what, own]) => ({
  kind: what === 'ID' ? 'log out by ID token' : 'log out',
  text: `${reported(which)} is logged out by its ${what === 'ID' ? 'ID' : `${what} refresh`} token${by(own)}`,
  of: (before) => {
    const login = before.logins.at(-1 - which) ?? before.logins[0];
    if (login === undefined || (what === 'ID' && login.idToken === null)) return null;
    const { first } = login;
    const client = own ? (login.client ?? PUBLIC_CLIENT) : OTHER_CLIENT;
    const fields = what === 'ID' ? {} : { refresh_token: tokenOf(login, `${what} refresh token`), client_id: client };
    const hint = what === 'ID' ? { id_token_hint: login.idToken ?? '' } : {};
    return {
      send: (live) => postForm(live, LOGOUT, { ...fields, ...hint }),
      take: (model, { status }) => {
        const login = model.find(first);
        expect(status).toBe(what === 'ID' ? 200 : 204);
        if (what === 'ID' || login.client === null || login.client === client) login.isEnded = true;
      },
    };
  },
}));

const administrators = new WeakMap<Live, Promise<Answer>>();

const logOutUser: Drawn = user.map((who) => ({
  kind: 'log out user',
  text: `${who} is logged out by an administrator`,
  of: () => ({
    send: async (live) => {
      const order = { for: admin.email, expiresIn: '1000d', claims: { sid: 'no-login' } };
      const made = administrators.get(live) ?? live.call('POST /_mock/tokens', { body: order });
      administrators.set(live, made);
      return live.call(`POST /api/v1/users/${CAST[who].id}/logout`, { token: (await made).body.token });
    },
    take: (model, { status }) => {
      expect(status).toBe(200);
      model.logOut(who);
    },
  }),
}));

/** Asks about a token as a client with a secret. */
export function introspected(live: Live, { profile }: Sessions, text: string): Promise<Answer> {
  const { clientId, secret } = profile === '2.19' ? application : { ...adminBot, secret: adminBot.clientSecret };
  return postForm(live, INTROSPECTION, { token: text }, basic(clientId, secret));
}

const introspect: Drawn = fc.tuple(back, token).map(([which, what]) => ({
  kind: 'introspect',
  text: `a client asks about the ${what} of ${reported(which)}`,
  of: (before) => {
    const login = before.logins.at(-1 - which) ?? before.logins[0];
    if (login === undefined) return null;
    const { first } = login;
    const text = tokenOf(login, what);
    return {
      send: (live) => introspected(live, before, text),
      take: (model, { body }) => expect(body.active).toBe(isActive(model, model.find(first), text)),
    };
  },
}));

/** Does any token of a login count? */
export function isActive(model: Sessions, login: Login, text: string): boolean {
  const access = login.accessTokens.find((one) => one.text === text);
  const reason = access === undefined ? model.whyNotRefreshed(login, text, undefined) : model.whyOver(login, access);
  return reason === null;
}

/** What users, clients and an administrator send. */
export const actions: Drawn = mixed(
  [5, logIn],
  [7, refresh],
  [2, askPage],
  [3, redeem],
  [2, revoke],
  [1, endSession],
  [1, logOutUser],
  [1, introspect],
);

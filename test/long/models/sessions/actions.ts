import fc from 'fast-check';
import { expect } from 'vitest';
import type { Profile } from '../../../../src/services/runai/tables/profiles.ts';
import { admin, adminBot, application, researcher } from '../../../support/cast.ts';
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
} from '../../../support/oauth.ts';
import type { Answer } from '../../../support/server.ts';
import { type Action, drawMixed } from '../action.ts';
import type { Live } from '../live.ts';
import { type Code, type Granted, type Login, type Sessions, USERS } from './model.ts';

type Drawn = fc.Arbitrary<Action<Sessions>>;

export const CAST = { admin, researcher };
const OTHER_CLIENT = 'cli';
/** The client in access tokens of a login without a client. */
const NO_CLIENT = 'runai';

/** The requests of a token endpoint; endpoints from before OAuth have different names. */
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
const createEndpoint = (path: string, more: Fields = {}): Endpoint => ({
  logIn: (live, username, password, client) =>
    postForm(live, path, { grant_type: 'password', username, password, client_id: client ?? undefined, ...more }),
  refresh: (live, refresh_token, client) =>
    postForm(live, path, { grant_type: 'refresh_token', refresh_token, client_id: client ?? undefined }),
  redeem: (live, code, client_id) => postForm(live, path, codeFields(code, { client_id })),
});
const realm = createEndpoint(REALM_TOKEN, { scope: 'openid' });
const beforeOAuth: Omit<Endpoint, 'logIn'> = {
  refresh: (live, token) => live.call(`POST /v1/k8s/auth/oauth/tokens/refresh?${formOf({ refresh_token: token })}`),
  redeem: (live, code) => live.call(`GET /v1/k8s/auth/token/exchange?${formOf({ code, redirect_uri: CALLBACK })}`),
};

/** The endpoint of each version besides v1 and the realm; missing requests use v1. */
const OWN: Readonly<Record<Profile, Endpoint>> = {
  '2.19': { ...v1, ...beforeOAuth },
  '2.24': createEndpoint(V2_TOKEN),
  '3.0': { ...v1, logIn: createEndpoint(V2_TOKEN).logIn },
};
type Where = 'v1' | 'realm' | 'own';
const where = fc.constantFrom<Where>('v1', 'realm', 'own');
const ENDPOINT_NAMES = { v1: 'v1', realm: 'the realm', own: "the version's own endpoint" };
const selectEndpoint = ({ profile }: Sessions, which: Where): Endpoint => ({ v1, realm, own: OWN[profile] })[which];
/** Endpoints from before OAuth have no clients. */
const requiresClient = ({ profile }: Sessions, which: Where) => which !== 'own' || profile !== '2.19';

const user = fc.constantFrom(...USERS);
/** The index of one of the latest logins. */
const back = fc.nat({ max: 2 });
const describeLogin = (index: number) => ['the last login', 'the login before the last', 'the third last login'][index];
const isOwn = fc.boolean().map((isOther) => !isOther);
const describeClient = (own: boolean) => (own ? '' : ', by another client');

/** Selects the client for a refresh. The realm always requires a client. */
function selectClient(login: Login, own: boolean, where: Where): string | null {
  if (!own) return OTHER_CLIENT;
  return login.client ?? (where === 'realm' ? PUBLIC_CLIENT : null);
}

const readGranted = ({ body }: Answer): Granted => ({
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
  text: `${who} logs in at ${ENDPOINT_NAMES[where]}${hasClient ? ' through a client' : ''}`,
  of: (before) => {
    const client = hasClient || where === 'realm' ? PUBLIC_CLIENT : null;
    return {
      send: (live) => selectEndpoint(before, where).logIn(live, CAST[who].email, CAST[who].password, client),
      take: (model, answer) => {
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        model.begin({ turn: before.logins.length, user: who, client, code: null }, readGranted(answer));
      },
    };
  },
}));

const refresh: Drawn = fc.tuple(back, fc.boolean(), where, isOwn).map(([which, isFirst, where, own]) => ({
  kind: 'refresh',
  text: `${describeLogin(which)} goes on at ${ENDPOINT_NAMES[where]} by its ${isFirst ? 'first' : 'last'} refresh token${describeClient(own)}`,
  of: (before) => {
    const login = before.logins.at(-1 - which) ?? before.logins[0];
    if (login === undefined) return null;
    const { first } = login;
    const token = login.refreshTokens.at(isFirst ? 0 : -1) as string;
    const client = selectClient(login, own, where);
    return {
      send: (live) => selectEndpoint(before, where).refresh(live, token, client),
      take: (model, answer, isAlone) => {
        const login = model.find(first);
        const reason = model.findRefreshReason(login, token, requiresClient(model, where) ? client : undefined);
        expectAnswer(answer, isAlone, reason);
        if (reason === null) model.continueLogin(login, readGranted(answer));
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
  text: `the code${which === 0 ? '' : ' before the last'} is redeemed at ${ENDPOINT_NAMES[where]}${describeClient(own)}`,
  of: (before) => {
    const text = (before.codes.at(-1 - which) ?? before.codes[0])?.text;
    if (text === undefined) return null;
    const client = own ? PUBLIC_CLIENT : OTHER_CLIENT;
    return {
      send: (live) => selectEndpoint(before, where).redeem(live, text, client),
      take: (model, answer, isAlone) => {
        const code = model.codes.find((candidate) => candidate.text === text) as Code;
        const reason = model.findRedeemReason(code, requiresClient(model, where) ? client : undefined);
        code.isUsed = true;
        const login = model.logins.find((candidate) => candidate.code === text);
        if (reason === 'reused_code' && login !== undefined) login.isEnded = true;
        // A second use revokes the login of the first before it starts.
        if (!isAlone && answer.decision?.reason === 'ended_meanwhile') return;
        expectAnswer(answer, isAlone, reason);
        if (reason !== null) return;
        model.begin(
          { turn: before.logins.length, user: code.user, client: code.client, code: text },
          readGranted(answer),
        );
      },
    };
  },
}));

/** Any token of a login. */
const token = fc.constantFrom('first refresh token', 'last refresh token', 'first access token', 'last access token');
function selectToken({ refreshTokens, accessTokens }: Login, which: string): string {
  const index = which.startsWith('first') ? 0 : -1;
  return (which.endsWith('refresh token') ? refreshTokens.at(index) : accessTokens.at(index)?.text) as string;
}

const revoke: Drawn = fc.tuple(back, token, isOwn).map(([which, tokenName, own]) => ({
  kind: 'revoke',
  text: `the ${tokenName} of ${describeLogin(which)} is revoked${describeClient(own)}`,
  of: (before) => {
    const login = before.logins.at(-1 - which) ?? before.logins[0];
    if (login === undefined) return null;
    const { first } = login;
    const text = selectToken(login, tokenName);
    const client = own ? (login.client ?? PUBLIC_CLIENT) : OTHER_CLIENT;
    return {
      send: (live) => postForm(live, REVOCATION, { token: text, client_id: client }),
      take: (model, answer, isAlone) => {
        const login = model.find(first);
        const access = login.accessTokens.find((candidate) => candidate.text === text);
        const isGood = access !== undefined && model.findTokenReason(login, access) === null;
        // The owner of an invalid token is not checked.
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

const endSession: Drawn = fc
  .tuple(back, fc.constantFrom('first', 'last', 'ID'), isOwn)
  .map(([which, tokenName, own]) => ({
    kind: tokenName === 'ID' ? 'log out by ID token' : 'log out',
    text: `${describeLogin(which)} is logged out by its ${tokenName === 'ID' ? 'ID' : `${tokenName} refresh`} token${describeClient(own)}`,
    of: (before) => {
      const login = before.logins.at(-1 - which) ?? before.logins[0];
      if (login === undefined || (tokenName === 'ID' && login.idToken === null)) return null;
      const { first } = login;
      const client = own ? (login.client ?? PUBLIC_CLIENT) : OTHER_CLIENT;
      const fields =
        tokenName === 'ID'
          ? {}
          : { refresh_token: selectToken(login, `${tokenName} refresh token`), client_id: client };
      const hint = tokenName === 'ID' ? { id_token_hint: login.idToken ?? '' } : {};
      return {
        send: (live) => postForm(live, LOGOUT, { ...fields, ...hint }),
        take: (model, { status }) => {
          const login = model.find(first);
          expect(status).toBe(tokenName === 'ID' ? 200 : 204);
          if (tokenName === 'ID' || login.client === null || login.client === client) login.isEnded = true;
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

/** Introspects a token as a client with a secret. */
export function introspectToken(live: Live, { profile }: Sessions, text: string): Promise<Answer> {
  const { clientId, secret } = profile === '2.19' ? application : { ...adminBot, secret: adminBot.clientSecret };
  return postForm(live, INTROSPECTION, { token: text }, basic(clientId, secret));
}

const introspect: Drawn = fc.tuple(back, token).map(([which, tokenName]) => ({
  kind: 'introspect',
  text: `a client asks about the ${tokenName} of ${describeLogin(which)}`,
  of: (before) => {
    const login = before.logins.at(-1 - which) ?? before.logins[0];
    if (login === undefined) return null;
    const { first } = login;
    const text = selectToken(login, tokenName);
    return {
      send: (live) => introspectToken(live, before, text),
      take: (model, { body }) => expect(body.active).toBe(isActive(model, model.find(first), text)),
    };
  },
}));

/** Whether a token of a login is active. */
export function isActive(model: Sessions, login: Login, text: string): boolean {
  const access = login.accessTokens.find((candidate) => candidate.text === text);
  const reason =
    access === undefined ? model.findRefreshReason(login, text, undefined) : model.findTokenReason(login, access);
  return reason === null;
}

/** The actions of users, clients and an administrator. */
export const actions: Drawn = drawMixed(
  [5, logIn],
  [7, refresh],
  [2, askPage],
  [3, redeem],
  [2, revoke],
  [1, endSession],
  [1, logOutUser],
  [1, introspect],
);

import fc from 'fast-check';
import { expect } from 'vitest';
import { rfc3339 } from '../../../../src/lib/clock.ts';
import { admin, researcher } from '../../../support/cast.ts';
import { postForm, REALM_TOKEN, V2_TOKEN } from '../../../support/oauth.ts';
import { NOTHING } from '../../../support/runai.ts';
import type { Answer } from '../../../support/server.ts';
import { type Action, drawMixed } from '../action.ts';
import type { Live } from '../live.ts';
import { type AccessKeys, type Key, USERS, type User } from './model.ts';

export const CAST = { admin, researcher };
export const KEYS = '/api/v1/access-keys';
export const ALL_KEYS = '/api/v1/administration/access-keys';

const user = fc.constantFrom(...USERS);
/** The owner and the name of a key: few, so that they collide. */
const keyOf = fc
  .tuple(user, fc.constantFrom('ant', 'bee', 'from the cast'))
  .map(([owner, name]): [User, string] => [owner, name === 'from the cast' ? CAST[owner].accessKey.name : name]);
/** The owner and the name of a key, and the caller: mostly its owner. */
const request = fc
  .tuple(keyOf, fc.constantFrom('owner', 'owner', 'owner', ...USERS))
  .map(([[owner, name], who]) => ({ owner, name, who: who === 'owner' ? owner : who }));
type Drawn = fc.Arbitrary<Action<AccessKeys>>;

const tokens = new WeakMap<Live, Map<User, Promise<Answer>>>();

/** Sends a request with a token that does not depend on any key, and outlasts the model. */
export async function sendAs(live: Live, user: User, request: string, body?: unknown): Promise<Answer> {
  const tokensOfUsers = tokens.get(live) ?? new Map<User, Promise<Answer>>();
  const order = { for: CAST[user].email, expiresIn: '1000d', claims: { sid: 'no-key' } };
  const issued = tokensOfUsers.get(user) ?? live.call('POST /_mock/tokens', { body: order });
  tokens.set(live, tokensOfUsers.set(user, issued));
  return live.call(request, { token: (await issued).body.token, ...(body !== undefined && { body }) });
}

/** Expects a rejection for this reason, or else this status. */
function expectAnswer(answer: Answer, isAlone: boolean, status: number, reason: string | null, refusal = 404): void {
  expect(answer.status, JSON.stringify(answer.body)).toBe(reason === null ? status : refusal);
  if (isAlone) expect(answer.decision?.reason ?? null).toBe(reason);
}

const create: Drawn = keyOf.map(([owner, name]) => ({
  kind: 'create',
  text: `${owner} creates \`${name}\``,
  of: () => ({
    send: (live) => sendAs(live, owner, `POST ${KEYS}`, { name }),
    take: (model, { status, body }) => {
      expect(status, JSON.stringify(body)).toBe(model.expectedCreation(owner, name));
      if (status !== 201) return;
      const { id, clientId, clientSecret } = body;
      model.keys.push({ id, name, owner, clientId, secrets: [clientSecret], lastLogin: null });
    },
  }),
}));

/** Describes a key as its owner sees it. */
export const describeKey = ({ id, name, clientId, lastLogin }: Key) => ({
  id,
  name,
  clientId,
  createdAt: expect.any(String),
  lastLogin: lastLogin === null ? null : rfc3339(lastLogin),
});

const list: Drawn = user.map((who) => ({
  kind: 'list',
  text: `${who} lists keys`,
  of: () => ({
    send: (live) => sendAs(live, who, `GET ${KEYS}`),
    take: (model, { body }) => expect(body.accessKeys).toEqual(model.of(who).map(describeKey)),
  }),
}));

const read: Drawn = request.map(({ who, owner, name }) => ({
  kind: 'read',
  text: `${who} reads \`${name}\` of ${owner}`,
  of: (before) => {
    const id = before.named(owner, name)?.id;
    return {
      send: (live) => sendAs(live, who, `GET ${KEYS}/${id ?? NOTHING}`),
      take: (model, answer, isAlone) => {
        expectAnswer(answer, isAlone, 200, model.findReadReason(id, who));
        if (answer.status === 200) expect(answer.body).toEqual(describeKey(model.find(id) as Key));
      },
    };
  },
}));

const regenerate: Drawn = request.map(({ who, owner, name }) => ({
  kind: 'regenerate',
  text: `${who} gives \`${name}\` of ${owner} a new secret`,
  of: (before) => {
    const id = before.named(owner, name)?.id;
    return {
      send: (live) => sendAs(live, who, `POST ${KEYS}/${id ?? NOTHING}/secret`),
      take: (model, answer, isAlone) => {
        expectAnswer(answer, isAlone, 200, model.findReadReason(id, who));
        if (answer.status === 200) model.find(id)?.secrets.push(answer.body.clientSecret);
      },
    };
  },
}));

const remove: Drawn = request.map(({ who, owner, name }) => ({
  kind: 'delete',
  text: `${who} deletes \`${name}\` of ${owner}`,
  of: (before) => {
    const id = before.named(owner, name)?.id ?? NOTHING;
    return {
      send: (live) => sendAs(live, who, `DELETE ${KEYS}/${id}`),
      take: (model, answer, isAlone) => {
        expectAnswer(answer, isAlone, 204, model.findReadReason(id, who));
        if (answer.status === 204) model.delete(id);
      },
    };
  },
}));

const administer: Drawn = fc.tuple(user, keyOf).map(([who, [owner, name]]) => ({
  kind: 'administer',
  text: `${who} deletes \`${name}\` of ${owner} by administration`,
  of: (before) => {
    const id = before.named(owner, name)?.id ?? NOTHING;
    return {
      send: (live) => sendAs(live, who, `DELETE ${ALL_KEYS}/${id}`),
      take: (model, answer) => {
        expect(answer.status).toBe(who !== 'admin' ? 403 : model.find(id) === undefined ? 404 : 204);
        if (answer.status === 204) model.delete(id);
      },
    };
  },
}));

/** The token endpoints, and the status of their rejections. */
const ENDPOINTS = {
  v1: {
    refusal: 400,
    send: (live: Live, clientId: string, clientSecret: string) =>
      live.server.grant({ grantType: 'client_credentials', clientId, clientSecret }),
  },
  v2: { refusal: 401, send: createFormSender(V2_TOKEN) },
  realm: { refusal: 401, send: createFormSender(REALM_TOKEN) },
};

function createFormSender(path: string) {
  return (live: Live, id: string, secret: string) =>
    postForm(live, path, { grant_type: 'client_credentials', client_id: id, client_secret: secret });
}

const endpoint = fc.constantFrom<keyof typeof ENDPOINTS>('v1', 'v2', 'realm');
const login: Drawn = fc
  .tuple(endpoint, keyOf, fc.constantFrom('last', 'first'))
  .map(([endpointName, [owner, name], which]) => ({
    kind: 'login',
    text: `a client logs in at ${endpointName} by the ${which} secret of \`${name}\` of ${owner}`,
    of: (before) => {
      const key = before.named(owner, name);
      const secret = key?.secrets.at(which === 'first' ? 0 : -1) ?? 'nothing';
      return {
        send: (live) => ENDPOINTS[endpointName].send(live, key?.clientId ?? 'nobody', secret),
        take: (model, answer, isAlone) => {
          expectAnswer(answer, isAlone, 200, model.findLoginReason(key?.id, secret), ENDPOINTS[endpointName].refusal);
          const text = answer.body.accessToken ?? answer.body.access_token;
          const turn = before.tokens.length;
          if (answer.status === 200) model.addToken({ turn, keyId: key?.id ?? '', secret, text });
        },
      };
    },
  }));

const useToken: Drawn = fc.nat({ max: 3 }).map((back) => ({
  kind: 'use',
  text: back === 0 ? 'the last token is used' : `the token is used that was granted ${back} before the last`,
  of: (before) => {
    const token = before.tokens.at(-1 - back);
    if (token === undefined) return null;
    return {
      send: (live) => live.call(`GET ${KEYS}`, { token: token.text }),
      take: (model, answer) => {
        const reason = model.findTokenReason(token);
        expect([answer.status, answer.decision.reason ?? null]).toEqual([reason === null ? 200 : 401, reason]);
      },
    };
  },
}));

/** The actions of users, an administrator and clients. */
export const actions: Drawn = drawMixed(
  [5, create],
  [1, list],
  [1, read],
  [4, regenerate],
  [3, remove],
  [1, administer],
  [5, login],
  [3, useToken],
);

import fc from 'fast-check';
import { expect } from 'vitest';
import { drawConcurrent, drawMixed, drawSingle } from '../action.ts';
import { Live } from '../live.ts';
import { createRestartStep, createTimeStep, defineModel } from '../modelled.ts';
import { ALL_KEYS, actions, CAST, describeKey, KEYS, sendAs } from './actions.ts';
import { AccessKeys, LIMIT, USERS } from './model.ts';

/** How many of the latest tokens are used after every step. */
const USED_TOKENS = 4;

async function begin({ room, ...config }: { readonly runaiRevokeOnDelete: boolean; readonly room: number }) {
  const live = await Live.open(config);
  const model = new AccessKeys([], config.runaiRevokeOnDelete);
  for (const owner of USERS) {
    const { id, name, clientId, clientSecret } = CAST[owner].accessKey;
    model.keys.push({ id, name, owner, clientId, secrets: [clientSecret], lastLogin: null });
  }
  while (model.of('researcher').length < LIMIT - room) {
    const name = `early-${model.keys.length}`;
    const { body } = await sendAs(live, 'researcher', `POST ${KEYS}`, { name });
    const { id, clientId, clientSecret } = body;
    model.keys.push({ id, name, owner: 'researcher', clientId, secrets: [clientSecret], lastLogin: null });
  }
  return { live, model };
}

async function compare(model: AccessKeys, live: Live): Promise<void> {
  for (const user of USERS) {
    const { body } = await sendAs(live, user, `GET ${KEYS}`);
    expect(body.accessKeys).toEqual(model.of(user).map(describeKey));
  }
  const { body } = await sendAs(live, 'admin', `GET ${ALL_KEYS}`);
  expect(body.accessKeys).toEqual(model.keys.map((key) => ({ ...describeKey(key), createdBy: CAST[key.owner].email })));
  for (const token of model.tokens.slice(-USED_TOKENS)) {
    const { decision } = await live.call(`GET ${KEYS}`, { token: token.text });
    expect(decision.reason ?? null).toBe(model.findTokenReason(token));
  }
}

/** Access keys of Run:ai: their owners, their limit, and their valid secrets and tokens. */
export const accessKeys = defineModel({
  name: 'access keys',
  setup: fc.record({ runaiRevokeOnDelete: fc.boolean(), room: fc.constantFrom(LIMIT, 1, 2) }),
  begin,
  compare,
  steps: drawMixed(
    [12, drawSingle(actions)],
    [4, drawConcurrent(actions)],
    [1, createTimeStep(1, 1_500, 60_000, 3_599_500)],
    [1, createRestartStep()],
  ),
  outcomes: [
    ...['create: 201', 'create: 400', 'create: 409', 'list: 200', 'read: 200', 'read: foreign_object'],
    ...['regenerate: 200', 'regenerate: foreign_object', 'regenerate: no_such_object'],
    ...['delete: 204', 'delete: foreign_object', 'delete: no_such_object'],
    ...['administer: 204', 'administer: missing_permission', 'administer: no_such_object'],
    ...['login: 200', 'login: unknown_client', 'login: wrong_secret'],
    ...['use: 200', 'use: expired_token', 'use: revoked_token', 'at once', 'restart'],
  ],
});

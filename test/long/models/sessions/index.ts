import { scryptSync } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { identitiesIn } from '../../../../src/services/runai/collections/identities.ts';
import type { Profile } from '../../../../src/services/runai/tables/profiles.ts';
import { START } from '../../../support/server.ts';
import { drawConcurrent, drawMixed, drawSingle } from '../action.ts';
import { Live } from '../live.ts';
import { createRestartStep, createTimeStep, defineModel } from '../modelled.ts';
import { actions, CAST, introspectToken, isActive } from './actions.ts';
import { Sessions, USERS } from './model.ts';

/** The number of latest logins that are checked after every step. */
const CHECKED_LOGINS = 3;

/** Hashes a password with a low cost, because the usual cost would take most of a run. */
function hashPassword(password: string): string {
  const hash = scryptSync(password, 'salt', 32, { N: 2, r: 1, p: 1 });
  return `scrypt$2$1$1$salt$${hash.toString('base64url')}`;
}

async function begin(config: { readonly runai: Profile }) {
  const live = await Live.open(config);
  for (const user of USERS) {
    const { id, password } = CAST[user];
    await identitiesIn(live.server.world.store).edit(id, { passwordHash: hashPassword(password) }, START);
  }
  return { live, model: new Sessions(config.runai) };
}

async function compare(model: Sessions, live: Live): Promise<void> {
  for (const login of model.logins.slice(-CHECKED_LOGINS)) {
    const { accessTokens, refreshTokens } = login;
    for (const text of [refreshTokens.at(-1) as string, accessTokens.at(-1)?.text as string]) {
      const { body } = await introspectToken(live, model, text);
      expect(body.active).toBe(isActive(model, login, text));
    }
    for (const token of accessTokens.slice(-2)) {
      const { decision } = await live.call('GET /api/v1/authorization/permissions', { token: token.text });
      expect(decision.reason ?? null).toBe(model.findTokenReason(login, token));
      live.note(decision.reason ?? 'allowed');
    }
  }
}

/** Logins of Run:ai in every version: what continues them, what ends them, and which tokens are valid. */
export const sessions = defineModel({
  name: 'sessions',
  setup: fc.record({ runai: fc.constantFrom<Profile>('2.19', '2.24', '3.0') }),
  begin,
  compare,
  steps: drawMixed(
    [12, drawSingle(actions)],
    [4, drawConcurrent(actions)],
    [1, createTimeStep(1, 1_500, 60_000, 3_599_500, 86_399_500)],
    [1, createRestartStep()],
  ),
  outcomes: [
    ...['log in: 200', 'page: 302', 'introspect: 200', 'allowed', 'revoked_token', 'expired_token'],
    ...['200', 'other_client', 'reused_refresh_token', 'revoked_refresh_token'].map((outcome) => `refresh: ${outcome}`),
    ...['200', 'reused_code', 'expired_code', 'code_of_other_client'].map((outcome) => `redeem: ${outcome}`),
    ...['refresh: expired_refresh_token', 'revoke: 200', 'revoke: other_client'],
    ...['log out: 204', 'log out by ID token: 200', 'log out user: 200', 'at once', 'restart'],
  ],
});

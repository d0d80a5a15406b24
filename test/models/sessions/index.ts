import { scryptSync } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { identitiesIn } from '../../../src/services/runai/collections/identities.ts';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { START } from '../../support/server.ts';
import { alone, atOnce, mixed } from '../action.ts';
import { Live } from '../live.ts';
import { modelled, passing, restarting } from '../modelled.ts';
import { actions, CAST, introspected, isActive } from './actions.ts';
import { Sessions, USERS } from './model.ts';

/** How many of the latest logins are looked at after every step. */
const LOOKED_AT = 3;

/** What is stored for a password that is checked in no time: the usual cost would be most of a run. */
function hashOf(password: string): string {
  const hash = scryptSync(password, 'salt', 32, { N: 2, r: 1, p: 1 });
  return `scrypt$2$1$1$salt$${hash.toString('base64url')}`;
}

async function begin(config: { readonly runai: Profile }) {
  const live = await Live.open(config);
  for (const user of USERS) {
    const { id, password } = CAST[user];
    await identitiesIn(live.server.world.store).edit(id, { passwordHash: hashOf(password) }, START);
  }
  return { live, model: new Sessions(config.runai) };
}

async function compare(model: Sessions, live: Live): Promise<void> {
  for (const login of model.logins.slice(-LOOKED_AT)) {
    const { accessTokens, refreshTokens } = login;
    for (const text of [refreshTokens.at(-1) as string, accessTokens.at(-1)?.text as string]) {
      const { body } = await introspected(live, model, text);
      expect(body.active).toBe(isActive(model, login, text));
    }
    for (const token of accessTokens.slice(-2)) {
      const { decision } = await live.call('GET /api/v1/authorization/permissions', { token: token.text });
      expect(decision.reason ?? null).toBe(model.whyOver(login, token));
      live.note(decision.reason ?? 'allowed');
    }
  }
}

/** Logins of Run:ai in every version: what goes on with them, what ends them, and what then counts no more. */
export const sessions = modelled({
  name: 'sessions',
  setup: fc.record({ runai: fc.constantFrom<Profile>('2.19', '2.24', '3.0') }),
  begin,
  compare,
  steps: mixed(
    [12, alone(actions)],
    [4, atOnce(actions)],
    [1, passing(1, 1_500, 60_000, 3_599_500, 86_399_500)],
    [1, restarting()],
  ),
  outcomes: [
    ...['log in: 200', 'page: 302', 'introspect: 200', 'allowed', 'revoked_token', 'expired_token'],
    ...['200', 'other_client', 'reused_refresh_token', 'revoked_refresh_token'].map((outcome) => `refresh: ${outcome}`),
    ...['200', 'reused_code', 'expired_code', 'code_of_other_client'].map((outcome) => `redeem: ${outcome}`),
    ...['refresh: expired_refresh_token', 'revoke: 200', 'revoke: other_client'],
    ...['log out: 204', 'log out by ID token: 200', 'log out user: 200', 'at once', 'restart'],
  ],
});

import type { Context } from '../../../../contract/request.ts';
import { addMilliseconds } from '../../../../lib/clock.ts';
import { addWorldToName } from '../../../../lib/world-id.ts';
import { hashSecret } from '../../../../tokens/secret.ts';
import type { Login } from '../../collections/grant-rows.ts';
import { grantsIn } from '../../collections/grants.ts';
import { type Identity, identitiesIn, type Premise } from '../../collections/identities.ts';
import { clientIdInTokens } from './clients.ts';
import type { GrantResult } from './grant.ts';

/** Creates a login of a user that starts now. It is not stored. @param clientId null if the request named no client */
export function createLogin(
  { random, now, world }: Context,
  user: Identity,
  clientId: string | null,
  scope = '',
): Login {
  return { family: addWorldToName(random.uuid(), world.id), subject: user.id, clientId, scope, authTime: now };
}

/** The premise of a login, and the `nonce` for its ID token. */
export interface SessionOptions extends Premise {
  readonly nonce?: string | null;
}

/** @throws NotFound if the user was deleted; StaleDecision if the user is disabled, or the premise has changed */
export async function startSession(
  context: Context,
  identity: Identity,
  login: Login,
  { nonce = null, ...premise }: SessionOptions = {},
): Promise<GrantResult> {
  const { store, now, settings, random } = context;
  const refreshTokenId = random.uuid();
  const { family, subject, clientId, scope, authTime } = login;
  const expiresAt = addMilliseconds(now, settings.tokenLifetime.refresh);
  await grantsIn(store).issue(
    { hash: hashSecret(refreshTokenId), family, subject, clientId, scope, authTime, expiresAt },
    now,
    premise,
  );
  await identitiesIn(store).touch(identity.id, now);
  return { identity, clientId: clientIdInTokens(clientId), sid: family, session: { login, refreshTokenId, nonce } };
}

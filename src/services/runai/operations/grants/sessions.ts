import type { Context } from '../../../../contract/request.ts';
import { nameInWorld } from '../../../../core/world-id.ts';
import { hashSecret } from '../../../../credentials/secret.ts';
import { addMark } from '../../../../credentials/world-mark.ts';
import { grantsIn, type Login, type PresentedToken } from '../../collections/grants.ts';
import { type Identity, identitiesIn, type Premise } from '../../collections/identities.ts';
import { clientOrNone } from './clients.ts';
import type { GrantResult } from './grant.ts';

const LENGTH = 64;
/** Length of the prefix that all refresh tokens of a login share. */
const LINE_LENGTH = 32;

/** Draws a refresh token: the first of a login, or the successor of another. */
export function drawRefreshToken({ random, world }: Pick<Context, 'random' | 'world'>, before?: string): string {
  return before === undefined
    ? addMark(world.grantMark, random.alphanumeric(LENGTH))
    : `${lineOf(before)}${random.alphanumeric(LENGTH - LINE_LENGTH)}`;
}

/** The stored form of a refresh token. */
export function storedForm(token: string): PresentedToken {
  return { hash: hashSecret(token), line: hashSecret(lineOf(token)) };
}

function lineOf(token: string): string {
  return token.slice(0, LINE_LENGTH);
}

/** Creates a login that starts now. */
export function newLogin({ random, now, world }: Context, user: Identity, clientId: string | null, scope = ''): Login {
  return { family: nameInWorld(random.uuid(), world.id), subject: user.id, clientId, scope, authTime: now };
}

/** The premise of a login, and the `nonce` that its ID token repeats. */
export interface Beginning extends Premise {
  readonly nonce?: string | null;
}

/**
 * Begins a session, with the first refresh token of the login.
 *
 * @throws NotFound, Outdated as for `Grants.issue`
 */
export async function beginSession(
  context: Context,
  identity: Identity,
  login: Login,
  { nonce = null, ...premise }: Beginning = {},
): Promise<GrantResult> {
  const { store, now, settings } = context;
  const refreshToken = drawRefreshToken(context);
  const { family, subject, clientId, scope, authTime } = login;
  const expiresAt = now + settings.tokenTtl.refresh;
  await grantsIn(store).issue(
    { ...storedForm(refreshToken), family, subject, clientId, scope, authTime, expiresAt },
    now,
    premise,
  );
  await identitiesIn(store).touch(identity.id, now);
  return { identity, clientId: clientOrNone(clientId), sid: family, session: { login, refreshToken, nonce } };
}

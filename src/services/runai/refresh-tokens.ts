import type { RequestContext } from '../../contract/request.ts';
import { hashSecret } from '../../tokens/secret.ts';
import type { Login } from './collections/grant-rows.ts';
import type { PresentedToken } from './collections/grants.ts';
import { clientIdInTokens } from './operations/grants/clients.ts';
import { issuerPath, readRealm } from './tenant.ts';

/**
 * Creates and signs a refresh token. It is a JWT, like Keycloak's, because keycloak-js decodes it. The server uses only
 * its ids: the stored login decides whether the token is valid.
 *
 * @param id token id (`jti`)
 */
export async function mintRefreshToken(context: RequestContext, login: Login, id: string): Promise<string> {
  const { now, origin, settings, world } = context;
  const iss = `${origin}${issuerPath(await readRealm(context))}`;
  const claims = {
    exp: Math.floor((now + settings.tokenLifetime.refresh) / 1000),
    iat: Math.floor(now / 1000),
    jti: id,
    iss,
    aud: iss,
    sub: login.subject,
    typ: 'Refresh',
    azp: clientIdInTokens(login.clientId),
    sid: login.family,
    ...(login.scope !== '' && { scope: login.scope }),
  };
  return world.refreshTokens.sign(claims);
}

/** Returns the ids in a refresh token; null if another world or server signed it. */
export async function readRefreshToken(token: string, { world }: RequestContext): Promise<PresentedToken | null> {
  const ids = await world.refreshTokens.read(token);
  return ids === null ? null : { family: ids.sid, hash: hashSecret(ids.jti) };
}

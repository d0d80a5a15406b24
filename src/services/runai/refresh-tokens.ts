import type { RequestContext } from '../../contract/request.ts';
import { hashSecret } from '../../credentials/secret.ts';
import type { Login, PresentedToken } from './collections/grants.ts';
import { clientOrNone } from './operations/grants/clients.ts';
import { issuerPath, realmOf } from './tenant.ts';

/**
 * Signs a refresh token. Like Keycloak's it is a JWT, because keycloak-js decodes it. The server reads only its ids: the
 * stored login decides whether it can be used.
 *
 * @param id the id of the token (`jti`)
 */
export async function mintRefreshToken(context: RequestContext, login: Login, id: string): Promise<string> {
  const { now, origin, settings, world } = context;
  const iss = `${origin}${issuerPath(await realmOf(context))}`;
  const claims = {
    exp: Math.floor((now + settings.tokenTtl.refresh) / 1000),
    iat: Math.floor(now / 1000),
    jti: id,
    iss,
    aud: iss,
    sub: login.subject,
    typ: 'Refresh',
    azp: clientOrNone(login.clientId),
    sid: login.family,
    ...(login.scope !== '' && { scope: login.scope }),
  };
  return world.refreshTokens.sign(claims);
}

/** The login and the id of a refresh token in a request; null if this world did not sign it. */
export async function presentedRefreshToken(
  token: string,
  { world }: Pick<RequestContext, 'world'>,
): Promise<PresentedToken | null> {
  const read = await world.refreshTokens.read(token);
  return read === null ? null : { family: read.sid, hash: hashSecret(read.jti) };
}

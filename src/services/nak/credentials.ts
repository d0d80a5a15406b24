import { worldOfName } from '../../core/world-id.ts';
import { bearerIn, type CredentialExtractor } from '../../credentials/presented-credential.ts';
import { adminClaimsIn } from '../../tokens/admin-token.ts';

/** The world of an administrator's token, from the end of its `jti`; null for any other text. */
export const presentAdminToken: CredentialExtractor = (authorization) => {
  const token = bearerIn(authorization);
  const jti = token === null ? undefined : adminClaimsIn(token)?.['jti'];
  return typeof jti === 'string' ? { kind: 'token', world: worldOfName(jti) } : null;
};

import type { World } from '../../contract/world.ts';
import { readFixture } from '../../lib/assets.ts';
import { deriveUuid } from '../../lib/random.ts';
import { addWorldToName } from '../../lib/world-id.ts';
import { BEARER_HEADER, BEARER_ORIGIN, BEARER_TIMES, bearerWorldOf } from '../../tokens/bearer-key.ts';
import { type Claims, importSigningKey, type JWK, mint, type SigningKey, serializeAscii } from '../../tokens/keys.ts';
import { NO_CLIENT } from './operations/grants/grant.ts';
import { addGroups } from './seed-rows.ts';
import type { RunaiSeed, SeedUser } from './seed-schema.ts';
import { issuerPath } from './tenant.ts';

/**
 * Returns a function that issues the bearer of a user, application or service account: a token that never expires, and is
 * identical after a reset, after a restart and on every machine.
 */
export function createBearers(part: RunaiSeed, world: Pick<World, 'id' | 'credentials'>) {
  const { tenant } = part;
  const worldId = bearerWorldOf(world);
  const groupsByEmail = new Map(addGroups(part).map(({ email, groups = [] }) => [email, groups]));
  let builtInBearers: Promise<readonly string[]> | undefined;
  let key: Promise<SigningKey> | undefined;
  /** Takes bearers of the built-in cast from a file, because each signature takes half a millisecond. */
  const sign = async (claims: Claims): Promise<string> => {
    const signingInput = `${BEARER_HEADER}.${Buffer.from(serializeAscii(claims)).toString('base64url')}.`;
    builtInBearers ??= readFixture('runai', 'bearers.json') as Promise<readonly string[]>;
    const builtIn = (await builtInBearers).find((token) => token.startsWith(signingInput));
    if (builtIn !== undefined) return builtIn;
    key ??= readFixture('runai', 'bearer-key.rs256.json').then((jwk) => importSigningKey(jwk as JWK, 'RS256'));
    return mint(claims, await key);
  };
  return (list: string, entry: unknown): Promise<string> | null => {
    const isUser = list === 'users';
    if (!isUser && list !== 'applications' && list !== 'serviceAccounts') return null;
    // Each list has entries of its type.
    const {
      id,
      email,
      name = email,
      accessKey,
      clientId = accessKey?.clientId ?? NO_CLIENT,
    } = entry as SeedUser & Partial<Record<'name' | 'clientId', string>>;
    const groups = isUser ? (groupsByEmail.get(email) ?? []) : [];
    // The claims of `createAccessTokenClaims`, with fixed times and ids.
    return sign({
      iss: `${BEARER_ORIGIN}${issuerPath(tenant.realm)}`,
      sub: id,
      ...(isUser && { email, email_verified: true }),
      preferred_username: name,
      ...(groups.length > 0 && { groups }),
      ...BEARER_TIMES,
      jti: deriveUuid(`bearer:${id}:${worldId}`),
      tenant_id: tenant.id,
      azp: clientId,
      typ: 'Bearer',
      sid: addWorldToName(deriveUuid(`bearer:${id}`), worldId),
    });
  };
}

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

interface BearerHolder {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  /** Whether the name is an e-mail address. */
  readonly isUser: boolean;
  readonly groups: readonly string[];
}

/**
 * Returns a function that issues the bearer of a user, application or service account: a token that never expires, and is
 * identical after a reset, after a restart and on every machine.
 */
export function createBearers(part: RunaiSeed, world: Pick<World, 'id' | 'credentials'>) {
  const signer = new BearerSigner(part, bearerWorldOf(world));
  const groupsByEmail = new Map(addGroups(part).map(({ email, groups = [] }) => [email, groups]));
  return (list: string, entry: unknown): Promise<string> | null => {
    // Each list has entries of its type.
    if (list === 'users') return signer.bearerOf(holderOfUser(entry as SeedUser, groupsByEmail));
    const isAccount = list === 'applications' || list === 'serviceAccounts';
    return isAccount ? signer.bearerOf(holderOfAccount(entry as Account)) : null;
  };
}

type Account = Pick<BearerHolder, 'id' | 'name' | 'clientId'>;

function holderOfUser(
  { id, email, accessKey }: SeedUser,
  groupsByEmail: ReadonlyMap<string, readonly string[]>,
): BearerHolder {
  const groups = groupsByEmail.get(email) ?? [];
  return { id, name: email, clientId: accessKey?.clientId ?? NO_CLIENT, isUser: true, groups };
}

function holderOfAccount({ id, name, clientId }: Account): BearerHolder {
  return { id, name, clientId, isUser: false, groups: [] };
}

/**
 * Signs the bearers of a world. Bearers of the built-in cast come from a file, because each signature takes half a
 * millisecond.
 */
class BearerSigner {
  readonly #tenant: RunaiSeed['tenant'];
  readonly #world: string;
  /** Bearers of the built-in cast, loaded when first needed. */
  #builtIn: Promise<readonly string[]> | undefined;
  #key: Promise<SigningKey> | undefined;

  constructor({ tenant }: RunaiSeed, world: string) {
    this.#tenant = tenant;
    this.#world = world;
  }

  async bearerOf(holder: BearerHolder): Promise<string> {
    const claims = this.#createClaims(holder);
    const signingInput = `${BEARER_HEADER}.${Buffer.from(serializeAscii(claims)).toString('base64url')}.`;
    this.#builtIn ??= readFixture('runai', 'bearers.json') as Promise<readonly string[]>;
    const builtIn = (await this.#builtIn).find((token) => token.startsWith(signingInput));
    if (builtIn !== undefined) return builtIn;
    this.#key ??= readFixture('runai', 'bearer-key.rs256.json').then((jwk) => importSigningKey(jwk as JWK, 'RS256'));
    return mint(claims, await this.#key);
  }

  /** Creates the claims of `createAccessTokenClaims`, with fixed times and ids. */
  #createClaims({ id, name, clientId, isUser, groups }: BearerHolder): Claims {
    return {
      iss: `${BEARER_ORIGIN}${issuerPath(this.#tenant.realm)}`,
      sub: id,
      ...(isUser && { email: name, email_verified: true }),
      preferred_username: name,
      ...(groups.length > 0 && { groups }),
      ...BEARER_TIMES,
      jti: deriveUuid(`bearer:${id}:${this.#world}`),
      tenant_id: this.#tenant.id,
      azp: clientId,
      typ: 'Bearer',
      sid: addWorldToName(deriveUuid(`bearer:${id}`), this.#world),
    };
  }
}

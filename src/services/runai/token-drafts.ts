import { nameInWorld } from '../../addresses/world-id.ts';
import type { RequestContext } from '../../contract/request.ts';
import type { TokenDrafts } from '../../contract/service.ts';
import type { RequestScope } from '../../contract/world.ts';
import type { IdentityKind } from '../../decisions/principal.ts';
import { findNamedIdentity, type NamedIdentity } from './caller.ts';
import { accessKeysIn } from './collections/access-keys.ts';
import { type Identity, identitiesIn } from './collections/identities.ts';
import { type AccessTokenParams, createAccessTokenClaims, createIdTokenClaims } from './issue-tokens.ts';
import { clientIdInTokens } from './operations/grants/clients.ts';
import { sidOfSecret } from './secrets.ts';
import { issuerPath, jwksUriOf, readRealm } from './tenant.ts';

const KINDS = ['user', 'service-account', 'application'] as const satisfies readonly IdentityKind[];

/** Builds the claims of tokens as `POST /api/v1/token` would issue them. */
export const tokenDrafts: TokenDrafts = {
  draft: async (context, name) => {
    const named = name === null ? await findFirst(context) : await findNamedIdentity(context, name);
    if (named === null) return null;
    const order = await createOrder(context, named);
    const issuer = `${context.origin}${issuerPath(await readRealm(context))}`;
    return {
      issuer,
      jwksUri: jwksUriOf(issuer),
      access: await createAccessTokenClaims(context, order),
      id: await createIdTokenClaims(context, { ...order, authTime: context.now }),
    };
  },
  names: async (world) => (await findIdentities(world)).flatMap(({ name, clientId }) => [name, clientId ?? []].flat()),
};

/** Users come first, because the first user of the cast is an administrator. */
async function findIdentities({ store }: Pick<RequestScope, 'store'>): Promise<readonly Identity[]> {
  return (await Promise.all(KINDS.map((kind) => identitiesIn(store).all(kind)))).flat();
}

async function findFirst(context: RequestContext): Promise<NamedIdentity | null> {
  const identity = (await findIdentities(context)).find(({ enabled }) => enabled);
  return identity === undefined ? null : { identity, key: null };
}

/** Uses a user's access key, if there is one; otherwise a login without a client. */
async function createOrder(
  { store, random, world }: RequestContext,
  { identity, key: named }: NamedIdentity,
): Promise<AccessTokenParams> {
  const { kind, id, name, clientId, secretHash } = identity;
  const key = named ?? (await accessKeysIn(store).ofOwner(id))[0];
  if (key !== undefined) return { identity, clientId: key.clientId, sid: sidOfSecret(key.secretHash, world.id) };
  if (kind !== 'user') return { identity, clientId: clientId ?? name, sid: sidOfSecret(secretHash, world.id) };
  return { identity, clientId: clientIdInTokens(null), sid: nameInWorld(random.uuid(), world.id) };
}

import type { Drill } from '../../../contract/drill.ts';
import type { RequestContext } from '../../../contract/request.ts';
import type { Caller } from '../../../decisions/decide.ts';
import type { Principal } from '../../../decisions/principal.ts';
import { Problem } from '../../../decisions/problem.ts';
import { rejectMissing } from '../../../ngc-keys/or-not-found.ts';
import { rfc3339 } from '../../../time/clock.ts';
import { formatDuration } from '../../../time/duration.ts';
import { impersonate } from '../caller.ts';
import { accessKeysIn } from '../collections/access-keys.ts';
import { sidOfSecret } from '../collections/grant-rows.ts';
import { grantsIn } from '../collections/grants.ts';
import { identitiesIn } from '../collections/identities.ts';
import { lastExpiryOf } from '../issue-tokens.ts';
import { generateSecret } from '../secrets.ts';

/** Replaces the signing key of the world. */
export const rotateSigningKey: Drill = {
  name: 'rotate-signing-key',
  event:
    'Tokens are signed with a new key. The old key stays in the JWKS for ten minutes; after that, its tokens are refused.',
  rightClient:
    'On an unknown `kid`, a verifier fetches the JWKS again, once. On the 401, a client requests a new token, once.',
  durationMs: null,
  affects: 'all',
  run: async ({ world, now }) => {
    const { kid, replacedKid, validUntil } = await world.signingKeys.rotate(now);
    return { summary: `Key ${kid} replaces ${replacedKid}, which stays in the JWKS until ${rfc3339(validUntil)}.` };
  },
};

/** Replaces the secret of a client, and revokes its tokens. */
export const regenerateSecret: Drill = {
  name: 'regenerate-secret',
  event:
    'The client gets a new secret, which the response contains. The old secret is invalid, and its tokens are revoked.',
  rightClient:
    'On the 401, it requests a token once. If its secret is refused, it reloads the secret from its configuration.',
  durationMs: null,
  affects: 'one',
  run: async (context, affectedCaller) => {
    const { principal } = affectedCaller ?? (await findAdministrator(context));
    const client = await findClient(context, principal);
    const { secret, secretHash } = generateSecret(context);
    await rejectMissing(client.replaceSecret(secretHash));
    const sid = sidOfSecret(client.secretHash ?? principal.id, context.world.id, 0);
    await grantsIn(context.store).revoke(sid, context.now, lastExpiryOf(context));
    return {
      summary: `The client ${client.clientId} has a new secret.`,
      principal,
      credentials: { clientId: client.clientId, clientSecret: secret },
    };
  },
};

/** Ends all logins of a user. */
export const revokeSession: Drill = {
  name: 'revoke-session',
  event:
    'All logins of the user end, with their access and refresh tokens. Tokens issued for a client secret stay valid.',
  rightClient: 'On the 401, it tries its refresh token once. If that is refused too, it asks the user to log in again.',
  durationMs: null,
  affects: 'one',
  run: async (context, affectedCaller) => {
    const { principal } = affectedCaller ?? (await findAdministrator(context));
    if (principal.kind !== 'user') {
      throw new Problem('invalid_request', 'Field `principal` must name a user: only users log in.');
    }
    await grantsIn(context.store).endAllOf(principal.id, context.now, lastExpiryOf(context));
    return { summary: `All logins of ${principal.name} have ended.`, principal };
  },
};

/** Lets all access tokens expire. */
export const expireTokens: Drill = {
  name: 'expire-tokens',
  event: 'The clock of the world advances until every access token has expired.',
  rightClient: 'On the 401, it requests a new token once, and repeats the request with it.',
  durationMs: null,
  affects: 'all',
  run: async ({ world, settings }) => {
    await world.clock.advance(settings.tokenTtl.access);
    return { summary: `The clock advanced by ${formatDuration(settings.tokenTtl.access)}.` };
  },
};

/**
 * Returns the first user with an access key. In the built-in cast, this is an administrator.
 *
 * @throws Problem if no user has an access key
 */
async function findAdministrator(context: RequestContext): Promise<Caller> {
  for (const { id } of await identitiesIn(context.store).all('user')) {
    const [key] = await accessKeysIn(context.store).ofOwner(id);
    const caller = key === undefined ? null : await impersonate(context, key.id);
    if (caller !== null) return caller;
  }
  throw new Problem(
    'invalid_request',
    'Field `principal` is missing, and no user of this world has an access key. Send a `principal`.',
  );
}

/** An access key, application or service account, with a function that replaces its secret. */
interface Client {
  readonly clientId: string;
  readonly secretHash: string | null;
  readonly replaceSecret: (secretHash: string) => Promise<void>;
}

/**
 * Returns the access key that identified the principal, or the principal's first access key; otherwise the identity.
 *
 * @throws Problem if the principal has no client secret
 */
async function findClient({ store, now }: RequestContext, { id, name, clientId }: Principal): Promise<Client> {
  const keys = await accessKeysIn(store).ofOwner(id);
  const key = keys.find((candidate) => candidate.clientId === clientId) ?? keys[0];
  if (key !== undefined) {
    return {
      clientId: key.clientId,
      secretHash: key.secretHash,
      replaceSecret: (secretHash) => accessKeysIn(store).replaceSecret(key.id, secretHash),
    };
  }
  const identity = await identitiesIn(store).byId(id);
  if (identity !== null && identity.clientId !== null) {
    return {
      clientId: identity.clientId,
      secretHash: identity.secretHash,
      replaceSecret: (secretHash) => identitiesIn(store).edit(id, { secretHash }, now),
    };
  }
  throw new Problem('invalid_request', `Field \`principal\`: ${name} has no access key and no client secret.`);
}

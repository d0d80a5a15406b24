import type { Operations } from '../../../contract/request.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { addWorldToName } from '../../../lib/world-id.ts';
import { ADMIN_AUDIENCE, ADMIN_CLIENT, ADMIN_KEY } from '../../../tokens/admin-token.ts';
import { mint } from '../../../tokens/keys.ts';
import { SELF_HOSTED_ALGORITHM } from '../../../tokens/trusted-issuer.ts';

/** In seconds, from the published chart. */
const LIFETIME_SECONDS = 12 * 60 * 60;

/** The scopes in the published chart. No `admin:` scope and no scope to invoke functions is available. */
const SCOPES = [
  'register_function',
  'list_functions',
  'list_functions_details',
  'deploy_function',
  'update_function',
  'update_secrets',
  'delete_function',
  'manage_telemetries',
  'manage_registry_credentials',
  'cluster-management',
];

export const adminTokenOperations = {
  /** Requires no credential, as in a self-hosted deployment. */
  createAdminToken: async ({ now, random, settings, world }) => {
    const { loadAdminKey: adminKey } = await import('../admin-key.ts');
    const id = random.uuid();
    const iat = Math.floor(now / 1000);
    const exp = iat + LIFETIME_SECONDS;
    const value = await mint(
      {
        iss: settings.nvcfAdminIssuer,
        sub: ADMIN_CLIENT,
        azp: ADMIN_CLIENT,
        aud: [ADMIN_CLIENT, ADMIN_AUDIENCE],
        scopes: SCOPES,
        iat,
        nbf: iat,
        exp,
        jti: addWorldToName(id, world.id),
      },
      await adminKey(),
    );
    return {
      status: 200,
      body: {
        id,
        value,
        status: 'ACTIVE',
        description: "administrator's token",
        created_at: rfc3339(iat * 1000),
        expires_at: rfc3339(exp * 1000),
      },
    };
  },
  /** The JWK set for verifying the tokens. The product's URL for it is not published. */
  listAdminTokenKeys: () => ({
    status: 200,
    body: { keys: [{ ...ADMIN_KEY, alg: SELF_HOSTED_ALGORITHM, use: 'sig' }] },
  }),
} satisfies Partial<Operations<'nak'>>;

import type { ServiceDefinition } from '../contract/service.ts';
import { Problem } from '../decisions/problem.ts';
import { readFixture } from '../platform/assets.ts';
import type { Ports } from '../services/index.ts';
import { adviseName } from '../text/nearest.ts';
import type { ForeignKey, ForeignKeys } from '../tokens/forge.ts';
import { importSigningKey, type JWK, type SigningAlgorithm } from '../tokens/keys.ts';

/**
 * Returns the functions that the control API creates and revokes tokens with.
 *
 * @param findNames returns the names of the principals that a name matches
 */
export function createTokenPorts(
  services: readonly ServiceDefinition[],
  findNames: Ports['findNames'],
): Ports['tokens'] {
  const drafts = services.flatMap(({ tokens }) => tokens?.drafts ?? []);
  const keys = new Map<SigningAlgorithm, Promise<ForeignKeys>>();
  return {
    draft: async (context, name) => {
      for (const drafter of drafts) {
        const draft = await drafter.draft(context, name);
        if (draft !== null) return draft;
      }
      const names = (await Promise.all(drafts.map((drafter) => drafter.names(context)))).flat();
      if (names.length === 0 || name === null) throw createNoPrincipalProblem();
      throw new Problem(
        'invalid_request',
        `Field \`for\` matches no principal that can have a token; expected an id, a name, an e-mail address or a client id.${adviseName(name, names, '`GET /_mock/cast`')}`,
      );
    },
    revoke: async (context, name) => {
      for (const drafter of drafts) {
        const revoked = await drafter.revoke(context, name);
        if (revoked !== null) return revoked;
      }
      if ((await findNames(context.world, name)).length > 0) {
        const message =
          'Field `principal` is an NGC key, which has no tokens. Delete it with `DELETE /_mock/keys/{id}`, or disable it with `PATCH`.';
        throw new Problem('invalid_request', message);
      }
      const names = (await Promise.all(drafts.map((drafter) => drafter.names(context)))).flat();
      const expected = 'expected the id, name, e-mail address or client id of a user, application or service account.';
      throw new Problem(
        'not_found',
        `Field \`principal\` matches no principal of this world; ${expected}${adviseName(name, names, '`GET /_mock/cast`')}`,
      );
    },
    foreignKeys: (algorithm) => {
      const cached = keys.get(algorithm) ?? loadForeignKeys(algorithm);
      keys.set(algorithm, cached);
      return cached;
    },
  };
}

function createNoPrincipalProblem(): Problem {
  return new Problem(
    'conflict',
    'This world has no user or service account. Use a seed that has one, or create one first.',
  );
}

/** Loads the shipped keys with which the server never signs its own tokens. */
async function loadForeignKeys(algorithm: SigningAlgorithm): Promise<ForeignKeys> {
  const [unknown, retired] = await Promise.all([
    loadShippedKey('unknown', algorithm),
    loadShippedKey('retired', algorithm),
  ]);
  return { unknown, retired };
}

async function loadShippedKey(name: keyof ForeignKeys, algorithm: SigningAlgorithm): Promise<ForeignKey> {
  // The shipped keys are JWKs.
  const jwk = (await readFixture('runai', `${name}-key.${algorithm.toLowerCase()}.json`)) as JWK;
  const key = await importSigningKey(jwk, algorithm);
  return { ...key, certificate: jwk.x5c?.[0] ?? null };
}

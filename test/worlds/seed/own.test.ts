/** Worlds with the same seed and separate credentials. */
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../../src/lib/random.ts';
import { classifyKey, deriveKeyText } from '../../../src/services/ngc-keys/key-text.ts';
import { createDerivation } from '../../../src/tokens/derivation.ts';
import { hashSecret } from '../../../src/tokens/secret.ts';
import { keyMarkOf } from '../../../src/tokens/world-mark.ts';
import { deriveSeed, readCast, restoreSeed } from '../../../src/worlds/seed/index.ts';
import { recordsIn } from '../../support/nouns.ts';
import { NOON } from '../../support/records.ts';
import { explicit, onlyNames, seedFrom, withoutIds } from '../../support/seeds.ts';
import { SERVICES } from '../../support/services.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read every part
type Cast = any;
const readSeedCast = (seed: Parameters<typeof readCast>[0]): Cast => readCast(seed, SERVICES);
const derivation = createDerivation('team-a');

/** Lists the credentials of a cast by owner and kind. */
function listCredentials({ runai, ngc }: Cast): Record<string, string> {
  const users = runai.users.flatMap(({ email, accessKey, accessKeys = [] }: Cast) =>
    [accessKey ?? [], accessKeys].flat().flatMap(({ name, clientId, clientSecret }: Cast) => [
      [`${email} ${name} client`, clientId],
      [`${email} ${name} secret`, clientSecret],
    ]),
  );
  const clients = [...runai.applications, ...runai.serviceAccounts].flatMap(
    ({ name, clientId, secret, clientSecret }: Cast) => [
      [`${name} client`, clientId],
      [`${name} secret`, secret ?? clientSecret],
    ],
  );
  const keys = ngc.keys.map(({ org, name, key }: Cast) => [`${org} ${name}`, key]);
  return Object.fromEntries([...users, ...clients, ...keys]);
}

/** Removes the credentials from a cast. */
const removeCredentials = (cast: Cast) => {
  const own = new Set(Object.values(listCredentials(cast)));
  return JSON.parse(JSON.stringify(cast), (member, value) => (member !== 'name' && own.has(value) ? '' : value));
};

const SEEDS = [
  ['the built-in cast', 'builtin'],
  ['a seed without ids', withoutIds],
  ['a seed with ids', explicit],
  ['a seed of names', onlyNames],
] as const;

describe.each(SEEDS)('%s in another world', (_, value) => {
  it('has new keys, secrets and client ids, and is otherwise unchanged', async () => {
    const seed = await seedFrom(value);
    const owned = readSeedCast(deriveSeed(seed, derivation));
    const before = listCredentials(readSeedCast(seed));
    const after = listCredentials(owned);

    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [name, credential] of Object.entries(after)) {
      expect(credential, name).not.toBe(before[name]);
      if (name.endsWith(' client')) expect(credential).toBe(`${before[name]}-team-a`);
      else if (name.endsWith(' secret')) expect(credential).toMatch(/^[A-Za-z0-9]{32}$/);
      else expect([classifyKey(credential), credential.slice(10, 22)]).toEqual(['marked', keyMarkOf('team-a')]);
    }
    expect(removeCredentials(owned)).toEqual(removeCredentials(readSeedCast(seed)));
  });

  it('has records with the same ids and credentials derived from them', async () => {
    const seed = await seedFrom(value);
    const [before, after] = [
      recordsIn(await seed.rows(NOON)),
      recordsIn(await deriveSeed(seed, derivation).rows(NOON)),
    ];
    const listIds = (records: typeof before) =>
      [records.identities, records.accessKeys, records.ngcKeys, records.objects].map((rows) =>
        rows?.map(({ id }) => id),
      );

    expect(listIds(after)).toEqual(listIds(before));
    for (const { id, secretHash } of [...(after.accessKeys ?? []), ...(after.identities ?? [])]) {
      if (secretHash !== null) expect(secretHash).toBe(hashSecret(derivation.secret(id)));
    }
    for (const { id, secretHash } of after.ngcKeys ?? [])
      expect(secretHash).toBe(hashSecret(deriveKeyText(derivation, id)));
  });

  it('equals the seed of its saved cast and the seed from a store', async () => {
    const owned = deriveSeed(await seedFrom(value), derivation);
    const saved = await seedFrom(readSeedCast(owned));
    const restored = restoreSeed(owned, SERVICES, createSeededRandom('seed'));

    for (const reread of [saved, restored]) {
      expect(readSeedCast(reread)).toEqual(readSeedCast(owned));
      expect(reread.fingerprint).toBe(owned.fingerprint);
    }
    expect(recordsIn(await saved.rows(NOON)).ngcKeys).toEqual(recordsIn(await owned.rows(NOON)).ngcKeys);
  });
});

describe('worlds with the same seed', () => {
  it('share the hashes of passwords', async () => {
    const seed = await seedFrom(withoutIds);
    const [first, second] = ['a', 'b'].map((id) => deriveSeed(seed, createDerivation(id)));
    const hashes = await Promise.all(
      [first, second, seed, deriveSeed(first as typeof seed, createDerivation('c'))].map(async (world) =>
        recordsIn((await world?.rows(NOON)) ?? []).identities.map(({ passwordHash }) => passwordHash),
      ),
    );

    expect(hashes[0]?.[0]).toMatch(/^scrypt\$/);
    for (const other of hashes) expect(other).toEqual(hashes[0]);
  });
});

it('a seed of another origin cannot be derived', () => {
  const foreign = { text: '{}', fingerprint: '', origin: 'file', rows: async () => [] } as const;

  expect(() => deriveSeed(foreign, derivation)).toThrow(TypeError);
});

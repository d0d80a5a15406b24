/** Worlds of one seed, each with credentials of its own. */
import { describe, expect, it } from 'vitest';
import { createDerivation } from '../../src/credentials/derivation.ts';
import { hashSecret } from '../../src/credentials/secret.ts';
import { keyMarkOf } from '../../src/credentials/world-mark.ts';
import { classifyKey, deriveKeyText } from '../../src/ngc-keys/key-text.ts';
import { createSeededRandom } from '../../src/platform/random.ts';
import { deriveSeed, readCast, restoreSeed } from '../../src/seed/index.ts';
import { recordsIn } from '../support/nouns.ts';
import { NOON } from '../support/records.ts';
import { explicit, onlyNames, seedFrom, withoutIds } from '../support/seeds.ts';
import { testServer } from '../support/server.ts';
import { SERVICES } from '../support/services.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into every part
type Cast = any;
const castFrom = (seed: Parameters<typeof readCast>[0]): Cast => readCast(seed, SERVICES);
const derivation = createDerivation('team-a');

/** Each credential of a cast, by what it is. */
function credentials({ runai, ngc }: Cast): Record<string, string> {
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

/** A cast without what worlds have of their own. */
const rest = (cast: Cast) => {
  const own = new Set(Object.values(credentials(cast)));
  return JSON.parse(JSON.stringify(cast), (member, value) => (member !== 'name' && own.has(value) ? '' : value));
};

const SEEDS = [
  ['the built-in cast', 'builtin'],
  ['a seed that leaves ids out', withoutIds],
  ['a seed with ids', explicit],
  ['a seed of names', onlyNames],
] as const;

describe.each(SEEDS)('%s, as another world has it,', (_, value) => {
  it('has every key, secret and client id of its own, and everything else as it was', async () => {
    const seed = await seedFrom(value);
    const owned = castFrom(deriveSeed(seed, derivation));
    const before = credentials(castFrom(seed));
    const after = credentials(owned);

    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [what, credential] of Object.entries(after)) {
      expect(credential, what).not.toBe(before[what]);
      if (what.endsWith(' client')) expect(credential).toBe(`${before[what]}-team-a`);
      else if (what.endsWith(' secret')) expect(credential).toMatch(/^[A-Za-z0-9]{32}$/);
      else expect([classifyKey(credential), credential.slice(6, 18)]).toEqual(['marked', keyMarkOf('team-a')]);
    }
    expect(rest(owned)).toEqual(rest(castFrom(seed)));
  });

  it('has records under the same ids, each with what is derived of its id', async () => {
    const seed = await seedFrom(value);
    const [before, after] = [
      recordsIn(await seed.rows(NOON)),
      recordsIn(await deriveSeed(seed, derivation).rows(NOON)),
    ];
    const ids = (records: typeof before) =>
      [records.identities, records.accessKeys, records.ngcKeys, records.objects].map((rows) =>
        rows?.map(({ id }) => id),
      );

    expect(ids(after)).toEqual(ids(before));
    for (const { id, secretHash } of [...(after.accessKeys ?? []), ...(after.identities ?? [])]) {
      if (secretHash !== null) expect(secretHash).toBe(hashSecret(derivation.secret(id)));
    }
    for (const { id, secretHash } of after.ngcKeys ?? [])
      expect(secretHash).toBe(hashSecret(deriveKeyText(derivation, id)));
  });

  it('is a seed like any other when its cast is saved, and when a store kept it', async () => {
    const owned = deriveSeed(await seedFrom(value), derivation);
    const saved = await seedFrom(castFrom(owned));
    const revived = restoreSeed(owned, SERVICES, createSeededRandom('seed'));

    for (const again of [saved, revived]) {
      expect(castFrom(again)).toEqual(castFrom(owned));
      expect(again.fingerprint).toBe(owned.fingerprint);
    }
    expect(recordsIn(await saved.rows(NOON)).ngcKeys).toEqual(recordsIn(await owned.rows(NOON)).ngcKeys);
  });
});

describe('worlds of one seed', () => {
  it('share no credential, and each has the same every time', async () => {
    const seed = await seedFrom('builtin');
    const casts = ['a', 'b', 'c'].map((id) => castFrom(deriveSeed(seed, createDerivation(id))));
    const all = [castFrom(seed), ...casts].flatMap((cast) => Object.values(credentials(cast)));

    expect(new Set(all).size).toBe(all.length);
    expect(castFrom(deriveSeed(await seedFrom('builtin'), createDerivation('b')))).toEqual(casts[1]);
  });

  it('share the hashes of passwords, whichever of them is filled first', async () => {
    const seed = await seedFrom(withoutIds);
    const [one, two] = ['a', 'b'].map((id) => deriveSeed(seed, createDerivation(id)));
    const hashes = await Promise.all(
      [one, two, seed, deriveSeed(one as typeof seed, createDerivation('c'))].map(async (of) =>
        recordsIn((await of?.rows(NOON)) ?? []).identities.map(({ passwordHash }) => passwordHash),
      ),
    );

    expect(hashes[0]?.[0]).toMatch(/^scrypt\$/);
    for (const other of hashes) expect(other).toEqual(hashes[0]);
  });

  it('let in with credentials of their own, and not with those of the seed', async () => {
    const seed = await seedFrom(withoutIds);
    const server = await testServer({}, { seed: castFrom(deriveSeed(seed, derivation)) });
    const { accessKey } = castFrom(deriveSeed(seed, derivation)).runai.users[0];

    expect((await server.grant({ grantType: 'client_credentials', ...accessKey })).status).toBe(200);
    expect(
      (await server.grant({ grantType: 'client_credentials', ...withoutIds.runai.users[0]?.accessKey })).status,
    ).toBe(400);
  });
});

it('only a seed that came from here has own ones', () => {
  const foreign = { text: '{}', fingerprint: '', origin: 'file', rows: async () => [] } as const;

  expect(() => deriveSeed(foreign, derivation)).toThrow(TypeError);
});

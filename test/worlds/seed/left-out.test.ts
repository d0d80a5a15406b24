/** Ids and credentials that a seed omits. */
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../../src/lib/random.ts';
import { hashSecret } from '../../../src/tokens/secret.ts';
import { readCast, restoreSeed } from '../../../src/worlds/seed/index.ts';
import { recordsIn } from '../../support/nouns.ts';
import { NOON } from '../../support/records.ts';
import { explicit, onlyNames, seedFrom, withoutIds } from '../../support/seeds.ts';
import { testServer } from '../../support/server.ts';
import { SERVICES } from '../../support/services.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read every part
type Cast = any;
const readCastFrom = async (value: unknown): Promise<Cast> => readCast(await seedFrom(value), SERVICES);

describe('an omitted id or credential', () => {
  it('is derived from names, and is the same on every machine', async () => {
    const { runai, ngc } = await readCastFrom(onlyNames);

    expect(runai.users[0]).toEqual({
      ...onlyNames.runai.users[0],
      id: '120eeae2-886b-46c2-858b-818d70d7579e',
      password: 'UQDiYy7AtAkrCvg3o8Wn1IPNmI4CNf4j',
      accessKey: {
        name: 'ada-key',
        id: '82ea1af9-93db-4af5-a5a8-bf167b0e3c25',
        clientId: '747a3c2d29e04936',
        clientSecret: '6RnwnsUV9uA2ZNWE3eTAQgjFkQVjwvQj',
      },
    });
    expect(runai.applications[0]).toEqual({
      name: 'robot',
      role: null,
      id: '9dd3c023-6dc3-4b45-9afc-edbd5b603165',
      clientId: 'robot',
      secret: 'T99TeR6orckMKB3iouZbj5ajhJrEveoL',
    });
    expect(runai.serviceAccounts[0]).toEqual({
      name: 'bot',
      role: 'L1 researcher',
      id: 'aa28290f-930a-4fd2-aa58-9012135b938e',
      clientId: 'bot',
      clientSecret: 'CwIB9yB8Np3KpqxOyvwQWXguvDzs8Fny',
    });
    expect(ngc.keys[0]).toEqual({
      ...onlyNames.ngc.keys[0],
      id: 'a0d8c92d-a8ad-4813-928d-ec5322f32d93',
      key: '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',
    });
  });

  it('is valid for passwords, access keys, applications, service accounts and NGC keys', async () => {
    const server = await testServer({}, { seed: onlyNames });
    const { runai, ngc } = (await server.call('GET /_mock/cast')).body;
    const [user] = runai.users;
    const { clientId, clientSecret } = user.accessKey;
    const grants = [
      { grantType: 'client_credentials', clientId, clientSecret },
      { grantType: 'password', username: user.email, password: user.password },
      { grantType: 'app_token', AppId: runai.applications[0].clientId, AppSecret: runai.applications[0].secret },
      {
        grantType: 'client_credentials',
        clientId: runai.serviceAccounts[0].clientId,
        clientSecret: runai.serviceAccounts[0].clientSecret,
      },
    ];

    for (const body of grants) expect((await server.grant(body)).status, JSON.stringify(body)).toBe(200);
    expect((await server.call('GET /api/v3/simulations/', { token: ngc.keys[0].key })).decision).toMatchObject({
      reason: 'missing_scope',
    });
  });

  it('can be omitted alone, and written values are kept', async () => {
    const { runai, ngc } = await readCastFrom(withoutIds);
    const [writtenUser] = withoutIds.runai.users;

    expect(runai.users[0]).toMatchObject(withoutIds.runai.users[0] as object);
    expect(ngc.keys[0]).toMatchObject(withoutIds.ngc.keys[0] as object);
    const { password: _, ...user } = writtenUser as { password: string };
    const [bo] = (await readCastFrom({ runai: { ...withoutIds.runai, users: [user] } })).runai.users;
    expect(bo).toMatchObject(user);
    expect(bo.password).toMatch(/^[A-Za-z0-9]{32}$/);
  });

  it('is distinct for each further access key of a user', async () => {
    const [user] = onlyNames.runai.users;
    const users = [{ ...user, accessKeys: [{ name: 'second' }, { name: 'third', clientId: 'third' }] }];
    const server = await testServer({}, { seed: { runai: { ...onlyNames.runai, users } } });
    const [{ accessKey, accessKeys }] = (await server.call('GET /_mock/cast')).body.runai.users;

    expect(accessKeys[1]).toMatchObject({ clientId: 'third' });
    for (const { clientId, clientSecret } of [accessKey, ...accessKeys]) {
      expect((await server.grant({ grantType: 'client_credentials', clientId, clientSecret })).status).toBe(200);
    }
    const named = [{ ...user, accessKeys: [{ name: 'ada-key', clientId: 'y' }] }];
    await expect(readCastFrom({ runai: { ...onlyNames.runai, users: named } })).rejects.toThrow(
      /access keys of `ada@umbra.test`: `name` `ada-key` occurs twice; `runai.users\[0\].accessKey` also has it/,
    );
    const twice = [
      {
        ...user,
        accessKeys: [
          { name: 'second', clientId: 'x' },
          { name: 'third', clientId: 'x' },
        ],
      },
    ];
    await expect(readCastFrom({ runai: { ...onlyNames.runai, users: twice } })).rejects.toThrow(
      /`clientId` `x` occurs twice; `runai.users\[0\].accessKeys\[0\]` also has it/,
    );
  });

  it('is rejected if it equals a written id', async () => {
    const { runai, ngc } = await readCastFrom(onlyNames);
    const user = { email: 'bo@umbra.test', role: null, id: runai.users[0].id };
    const key = { ...onlyNames.ngc.keys[0], name: 'writer', id: ngc.keys[0].id };

    await expect(
      readCastFrom({ runai: { ...onlyNames.runai, users: [...onlyNames.runai.users, user] } }),
    ).rejects.toThrow(`\`id\` \`${runai.users[0].id}\` occurs twice; \`runai.users[0]\` also has it`);
    await expect(readCastFrom({ ngc: { ...onlyNames.ngc, keys: [...onlyNames.ngc.keys, key] } })).rejects.toThrow(
      `keys: \`id\` \`${ngc.keys[0].id}\` occurs twice`,
    );
  });

  it('is not reported besides a duplicate name', async () => {
    const [user] = onlyNames.runai.users;
    const message = await readCastFrom({
      runai: { ...onlyNames.runai, users: [user, { ...user, accessKey: undefined }] },
    }).catch((thrown: Error) => thrown.message);

    expect(message.split('\n').slice(1)).toEqual([
      expect.stringContaining('users: `email` `ada@umbra.test` occurs twice'),
    ]);
  });
});

describe('a saved cast', () => {
  it.each<[title: string, seed: unknown]>([
    ['the built-in cast', 'builtin'],
    ['an empty seed', 'none'],
    ['a seed without ids', withoutIds],
    ['a seed with ids', explicit],
    ['a seed of names', onlyNames],
  ])('of %s is the same seed', async (_, value) => {
    const seed = await seedFrom(value);
    const cast = readCast(seed, SERVICES);
    const reread = await seedFrom(cast);

    expect(readCast(reread, SERVICES)).toEqual(cast);
    expect(reread.fingerprint).toBe(seed.fingerprint);
  });
});

it('a seed without ids that an earlier version stored is the same world', async () => {
  const { fingerprint } = await seedFrom(withoutIds);
  const stored = { text: JSON.stringify(withoutIds), origin: 'file', fingerprint } as const;
  const restored = restoreSeed(stored, SERVICES, createSeededRandom('seed'));
  const readIds = async (seed: typeof restored) => {
    const { identities = [], accessKeys = [], ngcKeys = [] } = recordsIn(await seed.rows(NOON));
    return [identities, accessKeys, ngcKeys].map((rows) => rows.map(({ id, secretHash }) => [id, secretHash]));
  };

  expect(restored.fingerprint).toBe(fingerprint);
  expect(await readIds(restored)).toEqual(await readIds(await seedFrom(withoutIds)));
});

describe('the fingerprint of a seed', () => {
  it('is the same if the seed has its derived ids, whatever their place in an entry', async () => {
    const seed = await seedFrom(withoutIds);
    const cast = JSON.parse(JSON.stringify(readCast(seed, SERVICES)));
    for (const entries of [cast.runai.users, cast.runai.applications, cast.ngc.keys])
      for (const [index, { id, ...others }] of entries.entries()) entries[index] = { ...others, id };

    expect((await seedFrom(cast)).fingerprint).toBe(seed.fingerprint);
  });

  it('differs for another credential', async () => {
    const [app] = withoutIds.runai.applications;
    const other = { ...withoutIds, runai: { ...withoutIds.runai, applications: [{ ...app, secret: 'another' }] } };

    expect((await seedFrom(other)).fingerprint).not.toBe((await seedFrom(withoutIds)).fingerprint);
  });
});

it('records contain hashes of derived credentials, and no credential', async () => {
  const { runai, ngc } = await readCastFrom(onlyNames);
  const records = recordsIn(await (await seedFrom(onlyNames)).rows(NOON));
  const text = JSON.stringify(records);

  expect(records.accessKeys?.[0]?.secretHash).toBe(hashSecret(runai.users[0].accessKey.clientSecret));
  expect(records.ngcKeys?.[0]?.secretHash).toBe(hashSecret(ngc.keys[0].key));
  for (const secret of [runai.users[0].password, runai.applications[0].secret, ngc.keys[0].key]) {
    expect(text).not.toContain(secret);
  }
});

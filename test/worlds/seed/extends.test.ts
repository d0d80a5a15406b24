/** Seeds that extend another seed. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSeededRandom } from '../../../src/lib/random.ts';
import { chooseSeed, readCast, summarizeSeed } from '../../../src/worlds/seed/index.ts';
import { cast as builtIn } from '../../support/cast.ts';
import { emptyFolder } from '../../support/folder.ts';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { recordsIn } from '../../support/nouns.ts';
import { NOON } from '../../support/records.ts';
import { seedFrom } from '../../support/seeds.ts';
import { SEEDED, SERVICES } from '../../support/services.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read every part
type Cast = any;

/** Reads the built-in cast with changes. */
const extendBuiltin = async (changes: object): Promise<Cast> =>
  readCast(await seedFrom({ extends: 'builtin', ...changes }), SERVICES);
const listEmails = ({ runai }: Cast) => runai.users.map(({ email }: { email: string }) => email);
const listNames = (list: readonly { name: string }[]) => list.map(({ name }) => name);
const readErrors = async (changes: object) => {
  const message: string = await extendBuiltin(changes).then(
    () => '',
    (thrown: Error) => thrown.message,
  );
  return message.split('\n  ').slice(1);
};

const ruleOfGroup = {
  subjectType: 'group',
  subjectId: 'ml-team',
  role: 'Viewer',
  scopeType: 'project',
  scopeId: '4600001',
};
const newUser = { email: 'ada@acme.test', role: 'L1 researcher', accessKey: { name: 'ada-key' } };
const newKey = { org: 'acme', name: 'ci', type: 'service', services: ['nvcf'], scopes: ['list_functions'] };

describe('a seed that extends the built-in cast', () => {
  test('adds entries after the existing ones, which stay unchanged', async () => {
    const cast = await extendBuiltin({ runai: { users: [newUser] }, ngc: { keys: [newKey] } });
    const before = readCast(await seedFrom('builtin'), SERVICES) as Cast;

    expect(cast.runai.users.slice(0, -1)).toEqual(before.runai.users);
    expect(cast.runai.users.at(-1)).toMatchObject(newUser);
    expect(cast.ngc.keys.slice(0, -1)).toEqual(before.ngc.keys);
    expect(cast.ngc.keys.at(-1)).toMatchObject(newKey);
    expect({ ...cast, runai: 0, ngc: 0 }).toEqual({ ...before, runai: 0, ngc: 0 });
  });

  test('changes single members of an entry at any position', async () => {
    const { runai, ngc } = await extendBuiltin({
      runai: {
        tenant: { name: 'umbra' },
        users: [{ email: 'researcher@acme.test', role: 'Viewer', accessKey: { clientSecret: 'chosen' } }],
      },
      ngc: { keys: [{ org: 'acme', name: 'nvcf-invoker', scopes: ['invoke_function', 'list_functions'] }] },
    });
    const [, researcher] = builtIn.users;

    expect(runai.tenant).toEqual({ ...builtIn.tenant, name: 'umbra' });
    expect(runai.users[1]).toMatchObject({
      id: researcher?.id,
      password: researcher?.password,
      role: 'Viewer',
      accessKey: { ...researcher?.accessKey, clientSecret: 'chosen' },
    });
    expect(listNames(ngc.keys)).toEqual(listNames(ngcCast.keys));
    expect(ngc.keys[3]).toEqual({ ...castKey('nvcf-invoker'), scopes: ['invoke_function', 'list_functions'] });
  });

  test('identifies a key by its organisation and name', async () => {
    const { ngc } = await extendBuiltin({ ngc: { keys: [{ ...newKey, org: 'globex', name: 'owner' }] } });

    expect(ngc.keys.filter(({ name }: { name: string }) => name === 'owner')).toHaveLength(2);
  });

  test('replaces objects that are values, such as a resource or an answer', async () => {
    const version = '9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0004';
    const { ngc, nvcf } = await extendBuiltin({
      ngc: { keys: [{ org: 'acme', name: 'nvcf-invoker', resource: { type: 'All Functions' } }] },
      nvcf: { functions: [{ versionId: version, answer: { other: 1 } }] },
    });

    expect(ngc.keys[3].resource).toEqual({ type: 'All Functions' });
    expect(nvcf.functions.find(({ versionId }: { versionId: string }) => versionId === version)).toMatchObject({
      name: 'slow',
      answer: { other: 1 },
    });
    expect(JSON.stringify(nvcf)).not.toContain('worth waiting for');
  });

  test('removes entries with `remove`', async () => {
    const cast = await extendBuiltin({
      runai: {
        users: [{ email: 'researcher@acme.test', remove: true }],
        accessRules: [{ ...ruleOfGroup, remove: true }],
      },
      ngc: { keys: [{ org: 'acme', name: 'owner', remove: true }] },
    });

    expect(listEmails(cast)).toEqual(['admin@acme.test', 'retired@acme.test']);
    expect(cast.runai.accessRules).toEqual([]);
    expect(listNames(cast.ngc.keys)).toEqual(listNames(ngcCast.keys).slice(1));
  });

  test('removes members, lists and parts with null, except the value null of a role', async () => {
    const cast = await extendBuiltin({
      runai: {
        applications: null,
        users: [{ email: 'admin@acme.test', role: null, accessKey: null, accessKeys: null, password: null }],
      },
      nvcf: null,
    });

    expect(cast.runai.users[0]).toEqual({
      id: builtIn.users[0]?.id,
      email: 'admin@acme.test',
      role: null,
      password: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    });
    expect(cast.runai).not.toHaveProperty('applications');
    expect(Object.keys(cast).sort()).toEqual(SEEDED.filter((name) => name !== 'nvcf').sort());
  });

  test('accepts null for omitted members of a new entry', async () => {
    const { runai } = await extendBuiltin({ runai: { users: [{ ...newUser, password: null, groups: null }] } });

    expect(runai.users.at(-1)).toMatchObject(newUser);
    expect(runai.users.at(-1)).not.toHaveProperty('groups');
  });

  test('replaces a whole entry that it removes first', async () => {
    const { ngc } = await extendBuiltin({
      ngc: {
        keys: [
          { org: 'acme', name: 'owner', remove: true },
          { ...newKey, name: 'owner' },
        ],
      },
    });

    expect(ngc.keys.at(-1)).toMatchObject({ ...newKey, name: 'owner' });
    expect(ngc.keys.at(-1)).not.toHaveProperty('roles');
    expect(ngc.keys).toHaveLength(ngcCast.keys.length);
  });

  test('hashes changed passwords only', async () => {
    const seed = await seedFrom({
      extends: 'builtin',
      runai: { users: [{ email: 'admin@acme.test', password: 'another' }] },
    });
    const [admin, researcher] = recordsIn(await seed.rows(NOON)).identities ?? [];

    expect(researcher?.passwordHash).toBe(builtIn.users[1]?.passwordHash);
    expect(admin?.passwordHash).toMatch(/^scrypt\$/);
    expect(admin?.passwordHash).not.toBe(builtIn.users[0]?.passwordHash);
  });

  test('equals the seed of its saved cast', async () => {
    const seed = await seedFrom({ extends: 'builtin', runai: { users: [newUser] }, ngc: { keys: [newKey] } });
    const again = await seedFrom(readCast(seed, SERVICES));

    expect(readCast(again, SERVICES)).toEqual(readCast(seed, SERVICES));
    expect(again.fingerprint).toBe(seed.fingerprint);
  });

  test('is rejected with inherited member names as unknown keys', async () => {
    const text =
      '{"extends":"builtin","runai":{"users":[{"email":"a@acme.test","__proto__":{"role":null}}],"constructor":null}}';
    const errors = await readErrors(JSON.parse(text));

    expect(errors).toContainEqual(expect.stringContaining('unknown key `constructor` in `runai`'));
    expect(errors).toContainEqual(expect.stringContaining('unknown key `__proto__` in `runai.users[0]`'));
    expect(({} as Record<string, unknown>)['role']).toBeUndefined();
  });
});

describe('a seed that extends another', () => {
  test.each<[title: string, changes: object, message: string]>([
    [
      'the removal of an unknown entry',
      { ngc: { keys: [{ org: 'acme', name: 'onwer', remove: true }] } },
      '`acme/onwer` cannot be removed: the extended seed does not have it; did you mean `acme/owner`?',
    ],
    [
      'a removal with other members',
      { runai: { users: [{ email: 'admin@acme.test', role: null, remove: true }] } },
      '`role` must be omitted: an entry with `remove` has no members besides `email`',
    ],
    [
      'a removal without its identity',
      { ngc: { keys: [{ remove: true }] } },
      '`org`, `name` are missing: an entry with `remove` needs',
    ],
    [
      '`remove` other than true',
      { runai: { users: [{ email: 'admin@acme.test', remove: 'yes' }] } },
      '`remove` must be true; omit it to keep the entry',
    ],
    [
      'a reference to a removed entry',
      {
        runai: {
          projects: [
            { id: '4600003', remove: true },
            { id: '4600002', remove: true },
          ],
        },
      },
      'the built-in cast: `runai.workloads[1].projectId` is `4600002`, but the seed has no such project',
    ],
    [
      'an id of an entry of the built-in cast',
      { ngc: { keys: [{ ...newKey, id: castKey('air-user').id }] } },
      `keys: \`id\` \`${castKey('air-user').id}\` occurs twice; \`ngc.keys[8]\` of the built-in cast also has it`,
    ],
    ['an unknown part', { runay: {} }, 'unknown key `runay`; did you mean `runai`?'],
  ])('is rejected with %s', async (_title, changes, message) => {
    const errors = await readErrors(changes);

    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(message);
  });

  test('is rejected with `remove` but without `extends`', async () => {
    await expect(
      seedFrom({ ngc: { ...ngcCast, keys: [{ org: 'acme', name: 'owner', remove: true }] } }),
    ).rejects.toThrow('only a seed with `extends` can remove entries');
  });

  test('is rejected with an invalid `extends`', async () => {
    await expect(seedFrom({ extends: ['builtin'] })).rejects.toThrow(
      'the seed cannot be used:\n  `extends` must be `builtin`, or the path of a seed file',
    );
    await expect(seedFrom({ extends: './base.yaml' })).rejects.toThrow(
      'a seed that is not a file can extend only `builtin`',
    );
    await expect(seedFrom({ extend: 'builtin' })).rejects.toThrow('did you mean `extends`');
  });
});

/** A test with a function that writes files into an empty folder, and another that reads a seed from such a file. */
const withFiles = test.extend<{
  files: (files: Record<string, string>) => Promise<string>;
  seed: (file: string) => Promise<Cast>;
}>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the needed fixtures from the pattern
  files: async ({}, use) => {
    const folder = await emptyFolder();
    await use(async (files) => {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(join(folder, name, '..'), { recursive: true });
        await writeFile(join(folder, name), text);
      }
      return folder;
    });
    await rm(folder, { recursive: true, force: true });
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  seed: async ({}, use) => use((file) => chooseSeed(file, SERVICES, createSeededRandom('seed'))),
});

describe('a seed file', () => {
  withFiles(
    'extends another file by a path relative to itself, which extends the built-in cast',
    async ({ files, seed }) => {
      const folder = await files({
        'base/team.yaml': 'extends: builtin\nrunai:\n  users:\n    - { email: ada@acme.test, role: null }\n',
        'mine/seed.json': JSON.stringify({
          $schema: './seed.schema.json',
          extends: '../base/team.yaml',
          runai: {
            users: [
              { email: 'ada@acme.test', role: 'Viewer' },
              { email: 'bo@acme.test', role: null },
            ],
          },
        }),
      });
      const chosen = await seed(join(folder, 'mine/seed.json'));
      const cast = readCast(chosen, SERVICES) as Cast;

      expect(listEmails(cast).slice(3)).toEqual(['ada@acme.test', 'bo@acme.test']);
      expect(cast.runai.users[3].role).toBe('Viewer');
      expect(summarizeSeed(chosen, SERVICES)).toBe(
        `5 users, 3 applications, 3 service accounts, ${ngcCast.keys.length} NGC keys; extends ../base/team.yaml and builtin`,
      );
    },
  );

  withFiles('is rejected with the file and line of each error', async ({ files, seed }) => {
    const folder = await files({
      'base.yaml':
        'extends: builtin\nngc:\n  keys:\n    - org: acme\n      name: base\n      type: servize\n      services: [nvcf]\n',
      'seed.yaml':
        '# mine\nextends: base.yaml\nrunai:\n  users:\n    - { email: researcher@acme.test, role: null }\n    - email: ada@acme.test\n      role: Emperor\n' +
        'ngc:\n  keys:\n    - { org: acme, name: onwer, remove: true }\n',
    });
    const base = join(folder, 'base.yaml');
    const file = join(folder, 'seed.yaml');
    const errors = await seed(file).catch((thrown: Error) => thrown.message.split('\n'));

    expect(errors[0]).toBe(`--seed ${file} cannot be used:`);
    expect(errors.slice(1)).toEqual([
      expect.stringMatching(/^ {2}line 10: `acme\/onwer` cannot be removed/),
      `  ${base}, line 6: \`ngc.keys[0].type\` must be one of \`service\`, \`personal\`; did you mean \`service\`?`,
      expect.stringMatching(
        /^ {2}line 7: `runai\.users\[1\]\.role` is `Emperor`, which is neither a predefined role nor in/,
      ),
    ]);
  });

  withFiles('is rejected if it removes from a list that does not exist', async ({ files, seed }) => {
    const folder = await files({
      'base.yaml': 'extends: builtin\nngc: { keys: null }\n',
      'seed.yaml': 'extends: base.yaml\nngc:\n  keys:\n    - { org: acme, name: owner, remove: true }\n',
    });

    await expect(seed(join(folder, 'seed.yaml'))).rejects.toThrow(
      /\n {2}line 4: `acme\/owner` cannot be removed: the extended seed does not have it$/,
    );
  });

  withFiles('is rejected with a circular `extends`', async ({ files, seed }) => {
    const folder = await files({
      'a.yaml': 'runai: {}\nextends: sub/b.yaml\n',
      'sub/b.yaml': 'extends: ../a.yaml\n',
      'self.yaml': 'extends: ./self.yaml\n',
    });

    await expect(seed(join(folder, 'a.yaml'))).rejects.toThrow(
      `cannot be used:\n  ${folder}/sub/b.yaml, line 1: \`extends\` is circular: ${folder}/a.yaml -> ${folder}/sub/b.yaml -> ${folder}/a.yaml`,
    );
    await expect(seed(join(folder, 'self.yaml'))).rejects.toThrow('line 1: `extends` is circular');
  });

  withFiles('is rejected with a chain of more than 10 files', async ({ files, seed }) => {
    const chain = Array.from({ length: 11 }, (_, index) => [
      `${index}.yaml`,
      `extends: ${index === 0 ? 'builtin' : `${index - 1}.yaml`}\n`,
    ]);
    const folder = await files(Object.fromEntries(chain));

    expect(listEmails(readCast(await seed(join(folder, '9.yaml')), SERVICES))).toHaveLength(3);
    await expect(seed(join(folder, '10.yaml'))).rejects.toThrow('`extends` chains more than 10 files');
  });

  withFiles('is rejected with the path of a file that it cannot extend and the reason', async ({ files, seed }) => {
    const folder = await files({
      'seed.yaml': 'extends: missing.yaml\n',
      'list.yaml': 'extends: a-list.yaml\n',
      'a-list.yaml': '- runai\n',
      'broken.yaml': 'extends: broken.json\n',
      'broken.json': '{',
    });

    await expect(seed(join(folder, 'seed.yaml'))).rejects.toThrow(
      `--seed ${folder}/seed.yaml, line 1: \`extends\` ${folder}/missing.yaml cannot be read: it does not exist`,
    );
    await expect(seed(join(folder, 'list.yaml'))).rejects.toThrow(
      `\`extends\` ${folder}/a-list.yaml must be an object`,
    );
    await expect(seed(join(folder, 'broken.yaml'))).rejects.toThrow(
      `\`extends\` ${folder}/broken.json is not valid JSON`,
    );
  });
});

/** Seeds that say what is different from another one. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSeededRandom } from '../../src/platform/random.ts';
import { chooseSeed, readCast, summarizeSeed } from '../../src/seed/index.ts';
import { cast as builtIn } from '../support/cast.ts';
import { emptyFolder } from '../support/folder.ts';
import { castKey, ngcCast } from '../support/ngc-cast.ts';
import { recordsIn } from '../support/nouns.ts';
import { NOON } from '../support/records.ts';
import { seedFrom } from '../support/seeds.ts';
import { SEEDED, SERVICES } from '../support/services.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into every part
type Cast = any;

/** The built-in cast with changes. */
const extended = async (changes: object): Promise<Cast> =>
  readCast(await seedFrom({ extends: 'builtin', ...changes }), SERVICES);
const emails = ({ runai }: Cast) => runai.users.map(({ email }: { email: string }) => email);
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
const fault = async (changes: object) => {
  const said: string = await extended(changes).then(
    () => '',
    (thrown: Error) => thrown.message,
  );
  return said.split('\n  ').slice(1);
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
  test('is the built-in cast where it says nothing', async () => {
    expect(await extended({})).toEqual(readCast(await seedFrom('builtin'), SERVICES));
  });

  test('adds entries behind those that are there, and all others stay', async () => {
    const cast = await extended({ runai: { users: [newUser] }, ngc: { keys: [newKey] } });
    const before = readCast(await seedFrom('builtin'), SERVICES) as Cast;

    expect(cast.runai.users.slice(0, -1)).toEqual(before.runai.users);
    expect(cast.runai.users.at(-1)).toMatchObject(newUser);
    expect(cast.ngc.keys.slice(0, -1)).toEqual(before.ngc.keys);
    expect(cast.ngc.keys.at(-1)).toMatchObject(newKey);
    expect({ ...cast, runai: 0, ngc: 0 }).toEqual({ ...before, runai: 0, ngc: 0 });
  });

  test('changes members of an entry, one by one, wherever it stands', async () => {
    const { runai, ngc } = await extended({
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
    expect(names(ngc.keys)).toEqual(names(ngcCast.keys));
    expect(ngc.keys[3]).toEqual({ ...castKey('nvcf-invoker'), scopes: ['invoke_function', 'list_functions'] });
  });

  test('tells entries apart by all that names them: a key by organisation and name', async () => {
    const { ngc } = await extended({ ngc: { keys: [{ ...newKey, org: 'globex', name: 'owner' }] } });

    expect(ngc.keys.filter(({ name }: { name: string }) => name === 'owner')).toHaveLength(2);
  });

  test('replaces a value that is one, such as a resource or an answer, as a whole', async () => {
    const version = '9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0004';
    const { ngc, nvcf } = await extended({
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

  test('takes entries away', async () => {
    const cast = await extended({
      runai: {
        users: [{ email: 'researcher@acme.test', remove: true }],
        accessRules: [{ ...ruleOfGroup, remove: true }],
      },
      ngc: { keys: [{ org: 'acme', name: 'owner', remove: true }] },
    });

    expect(emails(cast)).toEqual(['admin@acme.test', 'retired@acme.test']);
    expect(cast.runai.accessRules).toEqual([]);
    expect(names(cast.ngc.keys)).toEqual(names(ngcCast.keys).slice(1));
  });

  test('takes members away by null, lists and whole parts as well; a role of null stays', async () => {
    const cast = await extended({
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

  test('takes null for what a new entry leaves out, too', async () => {
    const { runai } = await extended({ runai: { users: [{ ...newUser, password: null, groups: null }] } });

    expect(runai.users.at(-1)).toMatchObject(newUser);
    expect(runai.users.at(-1)).not.toHaveProperty('groups');
  });

  test('replaces an entry as a whole where it removes it first', async () => {
    const { ngc } = await extended({
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

  test('has the passwords of the built-in cast without hashing them again, and hashes those that it changes', async () => {
    const seed = await seedFrom({
      extends: 'builtin',
      runai: { users: [{ email: 'admin@acme.test', password: 'another' }] },
    });
    const [admin, researcher] = recordsIn(await seed.rows(NOON)).identities ?? [];

    expect(researcher?.passwordHash).toBe(builtIn.users[1]?.passwordHash);
    expect(admin?.passwordHash).toMatch(/^scrypt\$/);
    expect(admin?.passwordHash).not.toBe(builtIn.users[0]?.passwordHash);
  });

  test('is a seed like any other when its cast is saved', async () => {
    const seed = await seedFrom({ extends: 'builtin', runai: { users: [newUser] }, ngc: { keys: [newKey] } });
    const again = await seedFrom(readCast(seed, SERVICES));

    expect(readCast(again, SERVICES)).toEqual(readCast(seed, SERVICES));
    expect(again.fingerprint).toBe(seed.fingerprint);
  });

  test('may name members that every object inherits, and they are unknown', async () => {
    const text =
      '{"extends":"builtin","runai":{"users":[{"email":"a@acme.test","__proto__":{"role":null}}],"constructor":null}}';
    const said = await fault(JSON.parse(text));

    expect(said).toContainEqual(expect.stringContaining('unknown key `constructor` in `runai`'));
    expect(said).toContainEqual(expect.stringContaining('unknown key `__proto__` in `runai.users[0]`'));
    expect(({} as Record<string, unknown>)['role']).toBeUndefined();
  });
});

describe('a fault of a seed that extends another', () => {
  test.each<[what: string, changes: object, said: string]>([
    [
      'an entry that is not there to be removed',
      { ngc: { keys: [{ org: 'acme', name: 'onwer', remove: true }] } },
      '`acme/onwer` cannot be removed: the extended seed does not have it; did you mean `acme/owner`?',
    ],
    [
      'a removal that says more',
      { runai: { users: [{ email: 'admin@acme.test', role: null, remove: true }] } },
      '`role` must be omitted: an entry with `remove` has no members besides `email`',
    ],
    [
      'a removal that names nobody',
      { ngc: { keys: [{ name: 'owner', remove: true }] } },
      '`org` is missing: an entry with `remove` needs `org`, `name` to identify the entry to remove',
    ],
    [
      'a removal that says only that it is one',
      { ngc: { keys: [{ remove: true }] } },
      '`org`, `name` are missing: an entry with `remove` needs',
    ],
    [
      'a removal that is none',
      { runai: { users: [{ email: 'admin@acme.test', remove: 'yes' }] } },
      '`remove` must be true; omit it to keep the entry',
    ],
    [
      'a new entry that lacks something, at its place in what was written',
      { runai: { users: [{ email: 'admin@acme.test', role: null }, { email: 'new@acme.test' }] } },
      '`runai.users[1].role` is missing',
    ],
    [
      'a member that cannot be left out, taken away',
      { runai: { users: [{ email: 'researcher@acme.test', role: 'L1 researcher' }], tenant: { realm: null } } },
      '`runai.tenant.realm` is missing',
    ],
    ['an entry that stands there twice', { runai: { users: [newUser, newUser] } }, '`runai.users[0]` also has it'],
    [
      'what refers to somebody who was removed, where it was written',
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
      'what collides with an entry of the cast, which is named with its seed',
      { ngc: { keys: [{ ...newKey, id: castKey('air-user').id }] } },
      `keys: \`id\` \`${castKey('air-user').id}\` occurs twice; \`ngc.keys[8]\` of the built-in cast also has it`,
    ],
    ['an unknown part', { runay: {} }, 'unknown key `runay`; did you mean `runai`?'],
    ['an unknown part that is taken away', { runay: null }, 'unknown key `runay`'],
    ['a schema that is no text', { $schema: 5 }, '`$schema` must be a text'],
  ])('is told: %s', async (_, changes, said) => {
    const found = await fault(changes);

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(said);
  });

  test('is told without `extends`, too: there is nothing to remove', async () => {
    await expect(
      seedFrom({ ngc: { ...ngcCast, keys: [{ org: 'acme', name: 'owner', remove: true }] } }),
    ).rejects.toThrow('only a seed with `extends` can remove entries');
  });

  test('is told of `extends` itself', async () => {
    await expect(seedFrom({ extends: ['builtin'] })).rejects.toThrow(
      'the seed cannot be used:\n  `extends` must be `builtin`, or the path of a seed file',
    );
    await expect(seedFrom({ extends: './base.yaml' })).rejects.toThrow(
      'a seed that is not a file can extend only `builtin`',
    );
    await expect(seedFrom({ extend: 'builtin' })).rejects.toThrow('did you mean `extends`');
  });
});

/** A test that is given a function that writes files into an empty folder, and one that makes a seed of one of them. */
const withFiles = test.extend<{
  files: (files: Record<string, string>) => Promise<string>;
  seed: (file: string) => Promise<Cast>;
}>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads off the pattern what a fixture needs
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
    'extends another by its path, seen from itself, and that one the built-in cast',
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
      const made = await seed(join(folder, 'mine/seed.json'));
      const cast = readCast(made, SERVICES) as Cast;

      expect(emails(cast).slice(3)).toEqual(['ada@acme.test', 'bo@acme.test']);
      expect(cast.runai.users[3].role).toBe('Viewer');
      expect(summarizeSeed(made, SERVICES)).toBe(
        `5 users, 3 applications, 3 service accounts, ${ngcCast.keys.length} NGC keys; extends ../base/team.yaml and builtin`,
      );
    },
  );

  withFiles('has its faults told with file and line, of each file that has some', async ({ files, seed }) => {
    const folder = await files({
      'base.yaml':
        'extends: builtin\nngc:\n  keys:\n    - org: acme\n      name: base\n      type: servize\n      services: [nvcf]\n',
      'seed.yaml':
        '# mine\nextends: base.yaml\nrunai:\n  users:\n    - { email: researcher@acme.test, role: null }\n    - email: ada@acme.test\n      role: Emperor\n' +
        'ngc:\n  keys:\n    - { org: acme, name: onwer, remove: true }\n',
    });
    const base = join(folder, 'base.yaml');
    const file = join(folder, 'seed.yaml');
    const said = await seed(file).catch((thrown: Error) => thrown.message.split('\n'));

    expect(said[0]).toBe(`--seed ${file} cannot be used:`);
    expect(said.slice(1)).toEqual([
      expect.stringMatching(/^ {2}line 10: `acme\/onwer` cannot be removed/),
      `  ${base}, line 6: \`ngc.keys[0].type\` must be one of \`service\`, \`personal\`; did you mean \`service\`?`,
      expect.stringMatching(
        /^ {2}line 7: `runai\.users\[1\]\.role` is `Emperor`, which is neither a predefined role nor in/,
      ),
    ]);
  });

  withFiles('removes nothing from a list that is not there', async ({ files, seed }) => {
    const folder = await files({
      'base.yaml': 'extends: builtin\nngc: { keys: null }\n',
      'seed.yaml': 'extends: base.yaml\nngc:\n  keys:\n    - { org: acme, name: owner, remove: true }\n',
    });

    await expect(seed(join(folder, 'seed.yaml'))).rejects.toThrow(
      /\n {2}line 4: `acme\/owner` cannot be removed: the extended seed does not have it$/,
    );
  });

  withFiles('extends no circle', async ({ files, seed }) => {
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

  withFiles('extends ten files at most, itself counted', async ({ files, seed }) => {
    const chain = Array.from({ length: 11 }, (_, index) => [
      `${index}.yaml`,
      `extends: ${index === 0 ? 'builtin' : `${index - 1}.yaml`}\n`,
    ]);
    const folder = await files(Object.fromEntries(chain));

    expect(emails(readCast(await seed(join(folder, '9.yaml')), SERVICES))).toHaveLength(3);
    await expect(seed(join(folder, '10.yaml'))).rejects.toThrow('`extends` chains more than 10 files');
  });

  withFiles('says which file it cannot extend, and why', async ({ files, seed }) => {
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

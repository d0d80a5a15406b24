/** Everything that is wrong with a seed is told at once. */
import { describe, expect, it } from 'vitest';
import { onlyNames, seedFrom } from '../support/seeds.ts';
import { SEEDED } from '../support/services.ts';

const { tenant } = onlyNames.runai;
const ada = { email: 'ada@umbra.test', role: null };
const ngc = { ...onlyNames.ngc, keys: [] };

/** What is said of a seed; nothing if it can be used. */
const saidOf = (seed: object): Promise<readonly string[]> =>
  seedFrom(seed).then(
    () => [],
    (thrown: Error) =>
      thrown.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
  );

const rule = (subjectId: string, more: object = {}) => ({
  ...{ subjectType: 'user', subjectId, role: 'Viewer', scopeType: 'tenant', scopeId: '7' },
  ...more,
});

describe('the faults of a seed are told at once', () => {
  it('where a member of another kind stands beside references to nothing', async () => {
    const said = await saidOf({
      runai: {
        tenant,
        users: [ada, { ...ada, email: 5 }, { ...ada }],
        accessRules: [rule('bo@umbra.test', { role: 'King' }), rule('ada@umbra.test', { colour: 'red' })],
        projects: [{ id: 'p1', name: 'vision', departmentId: 'nowhere' }],
      },
      ngc: { ...ngc, keys: [{ org: 'nobody', name: 'k', type: 'service', services: ['airr'], scopes: 5 }] },
    });

    expect(said).toHaveLength(9);
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^`runai.users\[1\].email` must be a text/),
        expect.stringMatching(/^unknown key `colour` in `runai.accessRules\[1\]`/),
        expect.stringMatching(/^`runai.accessRules\[0\].role` must be one of/),
        expect.stringMatching(/^`ngc.keys\[0\].scopes` must be a list/),
        expect.stringMatching(/^users: `email` `ada@umbra.test` occurs twice/),
        expect.stringMatching(/^`runai.projects\[0\].departmentId` is `nowhere`/),
        expect.stringMatching(/^`runai.accessRules\[0\].subjectId` is `bo@umbra.test`/),
        expect.stringMatching(/^`ngc.keys\[0\]` has the organisation `nobody`/),
        expect.stringMatching(/^key `k` of `ngc`: unknown service `airr`/),
      ]),
    );
  });

  it('where a text has what no database stores, beside other faults', async () => {
    const said = await saidOf({
      runai: {
        tenant,
        users: [
          { ...ada, email: 'a\0b@umbra.test' },
          { ...ada, password: '\ud800' },
          { ...ada, email: 5 },
        ],
      },
      ngc,
    });

    expect(said).toHaveLength(3);
    expect(said).toEqual(
      expect.arrayContaining([
        '`runai.users[0].email` must be a text without NUL characters and unpaired surrogates',
        '`runai.users[1].password` must be a text without NUL characters and unpaired surrogates',
        expect.stringMatching(/^`runai.users\[2\].email` must be a text that/),
      ]),
    );
  });

  it('where a whole part, or a whole list, is of another kind, and other parts refer to nothing', async () => {
    const said = await saidOf({
      runai: { tenant, users: 'ada', accessRules: [rule('ada@umbra.test'), rule('x', { scopeType: 'project' })] },
      ngc: 5,
      nvcf: { functions: 'none' },
    });

    expect(said).toEqual([
      '`runai.users` must be a list',
      '`nvcf.functions` must be a list',
      '`ngc` must be an object',
      expect.stringMatching(/^`runai.accessRules\[1\].scopeId` is `7`, but the seed has no such project/),
    ]);
  });

  it.each<[what: string, seed: object]>([
    ['a user without a name', { runai: { tenant, users: [{ role: null }], accessRules: [rule('ada@umbra.test')] } }],
    [
      'a tenant without an id',
      { runai: { tenant: { ...tenant, id: 'x' }, accessRules: [rule('a', { subjectType: 'group' })] } },
    ],
    ['an organisation without a name', { ngc: { ...ngc, organizations: [{ ncaId: 'n', airSubscription: true }] } }],
    ['an empty name', { runai: { tenant, users: [ada], accessRules: [rule('')] } }],
  ])('and nothing is said of what %s may have been', async (_what, seed) => {
    expect(await saidOf(seed)).toHaveLength(1);
  });
});

describe('a personal key', () => {
  const key = { org: 'umbra', name: 'k', type: 'personal', services: ['air'], user: 'ada@umbra.test' };

  it('of somebody who appears nowhere and has no roles is refused, as `POST /_mock/keys` does', async () => {
    expect(await saidOf({ ngc: { ...ngc, keys: [key] } })).toEqual([
      'key `k` of `ngc`: `umbra` has no such `user`; add `roles` to create the user',
    ]);
  });

  it.each<[what: string, keys: object[]]>([
    ['has roles', [{ ...key, roles: ['air'] }]],
    ['has an empty list of roles', [{ ...key, roles: [] }]],
    ['has roles on another key', [key, { ...key, name: 'l', roles: ['air'] }]],
  ])('is of somebody whose user %s', async (_what, keys) => {
    expect(await saidOf({ ngc: { ...ngc, keys } })).toEqual([]);
  });

  it('does not take its user from another organisation', async () => {
    const organizations = [...ngc.organizations, { name: 'penumbra', ncaId: 'nca-2', airSubscription: true }];
    const keys = [key, { ...key, org: 'penumbra', roles: ['air'] }];

    expect(await saidOf({ ngc: { ...ngc, organizations, keys } })).toHaveLength(1);
  });
});

describe('a list that stands in the wrong place', () => {
  it.each<[where: string, seed: object, said: RegExp]>([
    ['the top', { roles: [] }, /^unknown key `roles`; it belongs to `runai`, as `roles`/],
    [
      'the tenant',
      { runai: { tenant: { ...tenant, roles: [] } } },
      /`roles` in `runai.tenant`; it belongs to `runai`, as `roles`$/,
    ],
    [
      'a user',
      { runai: { tenant, users: [{ ...ada, roles: [] }] } },
      /`roles` in `runai.users\[0\]`; it belongs to `runai`, as `roles`; or did you mean `role`\?$/,
    ],
    [
      'another part',
      { runai: { tenant }, ngc, air: { roles: [] } },
      /`roles` in `air`; it belongs to `runai`, as `roles`$/,
    ],
  ])('of %s is told where it belongs', async (_where, seed, said) => {
    expect(await saidOf(seed)).toEqual([expect.stringMatching(said)]);
  });
});

describe('an unknown name', () => {
  const account = { name: 'bot', role: null };
  it.each<[seed: object, said: RegExp]>([
    [{ air: { simulation: [] }, ngc }, /^unknown key `simulation` in `air`; did you mean `simulations`\?$/],
    [{ ngc: { ...ngc, key: [] } }, /^unknown key `key` in `ngc`; did you mean `keys`\?$/],
    [{ runai: { tenant, serviceAccounts: [{ ...account, secret: 'x' }] } }, /; did you mean `clientSecret`\?$/],
    [
      { runai: { tenant, users: [{ ...ada, accessKey: { name: 'a-key', secret: 'x' } }] } },
      /^unknown key `secret` in `runai.users\[0\].accessKey`; did you mean `clientSecret`\?$/,
    ],
    [{ runai: { tenant, applications: [{ ...account, clientSecret: 'x' }] } }, /; did you mean `secret`\?$/],
    [{ runai: { tenant, clientSecret: 'x' } }, /; it belongs to `runai.serviceAccounts\[\]`, as `clientSecret`$/],
  ])('is told the nearest of the same object: %j', async (seed, said) => {
    expect(await saidOf(seed)).toEqual([expect.stringMatching(said)]);
  });

  it('that is near to none is told all that there are', async () => {
    const names = [...SEEDED, 'extends'].map((name) => `\`${name}\``);

    expect(await saidOf({ foo: 1 })).toEqual([`unknown key \`foo\`; valid names are ${names.join(', ')}`]);
  });
});

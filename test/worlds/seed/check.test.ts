/** All errors of a seed are reported together. */
import { describe, expect, it } from 'vitest';
import { onlyNames, seedFrom } from '../../support/seeds.ts';
import { SEEDED } from '../../support/services.ts';

const { tenant } = onlyNames.runai;
const ada = { email: 'ada@umbra.test', role: null };
const ngc = { ...onlyNames.ngc, keys: [] };

/** Returns the errors of a seed; empty if it is valid. */
const findErrors = (seed: object): Promise<readonly string[]> =>
  seedFrom(seed).then(
    () => [],
    (thrown: Error) =>
      thrown.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
  );

const buildRule = (subjectId: string, more: object = {}) => ({
  subjectType: 'user',
  subjectId,
  role: 'Viewer',
  scopeType: 'tenant',
  scopeId: '7',
  ...more,
});

describe('the errors of a seed are reported together', () => {
  it('for wrong types and unknown references', async () => {
    const errors = await findErrors({
      runai: {
        tenant,
        users: [ada, { ...ada, email: 5 }, { ...ada }],
        accessRules: [buildRule('bo@umbra.test', { role: 'King' }), buildRule('ada@umbra.test', { colour: 'red' })],
        projects: [{ id: 'p1', name: 'vision', departmentId: 'nowhere' }],
      },
      ngc: { ...ngc, keys: [{ org: 'nobody', name: 'k', type: 'service', services: ['airr'], scopes: 5 }] },
    });

    expect(errors).toHaveLength(9);
    expect(errors).toEqual(
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

  it('for strings that no database stores and other errors', async () => {
    const errors = await findErrors({
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

    expect(errors).toHaveLength(3);
    expect(errors).toEqual(
      expect.arrayContaining([
        '`runai.users[0].email` must be a text without NUL characters and unpaired surrogates',
        '`runai.users[1].password` must be a text without NUL characters and unpaired surrogates',
        expect.stringMatching(/^`runai.users\[2\].email` must be a text that/),
      ]),
    );
  });

  it.each<[title: string, seed: object]>([
    [
      'a user without a name',
      { runai: { tenant, users: [{ role: null }], accessRules: [buildRule('ada@umbra.test')] } },
    ],
    [
      'a tenant without an id',
      { runai: { tenant: { ...tenant, id: 'x' }, accessRules: [buildRule('a', { subjectType: 'group' })] } },
    ],
    ['an organisation without a name', { ngc: { ...ngc, organizations: [{ ncaId: 'n', airSubscription: true }] } }],
    ['an empty name', { runai: { tenant, users: [ada], accessRules: [buildRule('')] } }],
  ])('without follow-up errors for %s', async (_title, seed) => {
    expect(await findErrors(seed)).toHaveLength(1);
  });
});

describe('a personal key', () => {
  const key = { org: 'umbra', name: 'k', type: 'personal', services: ['air'], user: 'ada@umbra.test' };

  it('of an unknown user without roles is rejected', async () => {
    expect(await findErrors({ ngc: { ...ngc, keys: [key] } })).toEqual([
      'key `k` of `ngc`: `umbra` has no such `user`; add `roles` to create the user',
    ]);
  });

  it.each<[title: string, keys: object[]]>([
    ['has roles', [{ ...key, roles: ['air'] }]],
    ['has an empty list of roles', [{ ...key, roles: [] }]],
    ['has roles on another key', [key, { ...key, name: 'l', roles: ['air'] }]],
  ])('is accepted if its user %s', async (_title, keys) => {
    expect(await findErrors({ ngc: { ...ngc, keys } })).toEqual([]);
  });

  it('is rejected if its user is only in another organisation', async () => {
    const organizations = [...ngc.organizations, { name: 'penumbra', ncaId: 'nca-2', airSubscription: true }];
    const keys = [key, { ...key, org: 'penumbra', roles: ['air'] }];

    expect(await findErrors({ ngc: { ...ngc, organizations, keys } })).toHaveLength(1);
  });
});

describe('a list at a wrong place', () => {
  it.each<[place: string, seed: object, message: RegExp]>([
    ['the top', { roles: [] }, /^unknown key `roles`; it belongs to `runai`, as `roles`/],
    [
      'a user',
      { runai: { tenant, users: [{ ...ada, roles: [] }] } },
      /`roles` in `runai.users\[0\]`; it belongs to `runai`, as `roles`; or did you mean `role`\?$/,
    ],
  ])('in %s is rejected with the right place', async (_place, seed, message) => {
    expect(await findErrors(seed)).toEqual([expect.stringMatching(message)]);
  });
});

describe('an unknown name', () => {
  const account = { name: 'bot', role: null };
  it.each<[seed: object, message: RegExp]>([
    [{ ngc: { ...ngc, key: [] } }, /^unknown key `key` in `ngc`; did you mean `keys`\?$/],
    [{ runai: { tenant, serviceAccounts: [{ ...account, secret: 'x' }] } }, /; did you mean `clientSecret`\?$/],
    [{ runai: { tenant, applications: [{ ...account, clientSecret: 'x' }] } }, /; did you mean `secret`\?$/],
    [{ runai: { tenant, clientSecret: 'x' } }, /; it belongs to `runai.serviceAccounts\[\]`, as `clientSecret`$/],
  ])('is rejected with the nearest name of the same object: %j', async (seed, message) => {
    expect(await findErrors(seed)).toEqual([expect.stringMatching(message)]);
  });

  it('that is unlike all names is rejected with all valid names', async () => {
    const names = [...SEEDED, 'extends'].map((name) => `\`${name}\``);

    expect(await findErrors({ foo: 1 })).toEqual([`unknown key \`foo\`; valid names are ${names.join(', ')}`]);
  });
});

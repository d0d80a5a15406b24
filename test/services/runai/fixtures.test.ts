import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../../src/lib/random.ts';
import { seed } from '../../../src/services/runai/seed.ts';
import { createDerivation } from '../../../src/tokens/derivation.ts';
import { hashPassword, verifyPassword } from '../../../src/tokens/password.ts';
import { findSeedErrors } from '../../../src/worlds/seed/check.ts';
import { formatSeedError } from '../../../src/worlds/seed/error-text.ts';
import { cast } from '../../support/cast.ts';
import { recordsIn } from '../../support/nouns.ts';
import { SERVICES } from '../../support/services.ts';

describe('the built-in cast', () => {
  it.each(cast.users)('contains the password hash of $email', async ({ password, passwordHash }) => {
    expect(await verifyPassword(password, passwordHash)).toBe(true);
    expect(await verifyPassword(`${password}!`, passwordHash)).toBe(false);
  });

  it.each(cast.users)('contains a hash of $email with the default cost', async (user) => {
    const readCost = (hash: string | undefined) => hash?.split('$').slice(0, 4);

    expect(readCost(user.passwordHash)).toEqual(readCost(await hashPassword('any', 'salt')));
  });

  it('has no underscore in ids and client ids', () => {
    const ids = [
      ...cast.users.flatMap(({ id, accessKey, accessKeys = [] }) => [
        id,
        ...[accessKey, ...accessKeys].flatMap((key) => [key.id, key.clientId]),
      ]),
      ...[...cast.applications, ...cast.serviceAccounts].flatMap(({ id, clientId }) => [id, clientId]),
    ];

    expect(ids.filter((id) => id.includes('_'))).toEqual([]);
  });

  it('marks all secrets as test credentials', () => {
    const secrets = [
      ...cast.users.flatMap(({ accessKey, accessKeys = [] }) =>
        [accessKey, ...accessKeys].map((key) => key.clientSecret),
      ),
      ...cast.applications.map(({ secret }) => secret),
      ...cast.serviceAccounts.map(({ clientSecret }) => clientSecret),
    ];

    for (const secret of secrets) expect(secret).toMatch(/^MOCK[A-Za-z0-9]{28}$/);
  });
});

it('a seed without hashes and ids is completed', async () => {
  const users = [
    { email: 'a@acme.test', password: 'pass', role: null, accessKey: { name: 'k', clientId: 'c', clientSecret: 's' } },
  ];
  const part = { tenant: cast.tenant, users };
  const random = createSeededRandom('seed');
  const complete = await seed.hashSecrets?.(seed.complete?.(part, createDerivation('default')), random, undefined);
  const records = recordsIn((await seed.createRows(complete, 5, random, { runai: complete })).rows);
  const [user] = records.identities ?? [];

  expect(user).toMatchObject({ kind: 'user', name: 'a@acme.test', enabled: true, createdAt: 5 });
  expect(await verifyPassword('pass', user?.passwordHash ?? null)).toBe(true);
  expect(records.accessKeys).toEqual([
    expect.objectContaining({ owner: user?.id, createdBy: 'a@acme.test', name: 'k' }),
  ]);
});

describe('a seed is rejected with the message', () => {
  const tenant = cast.tenant;
  const user = { email: 'a@acme.test', password: 'p', role: null };
  const client = { name: 'n', clientId: 'c', secret: 's', role: null };
  const viewer = {
    subjectType: 'user',
    subjectId: 'a@acme.test',
    role: 'Viewer',
    scopeType: 'tenant',
    scopeId: String(tenant.id),
  };

  it.each([
    ['`runai.tenant` is missing; it must be an object', {}],
    ['`runai.tenant.id` must be a whole number', { tenant: { ...tenant, id: 'x' } }],
    ['`runai.tenant.realm` must be a text that is not empty', { tenant: { ...tenant, realm: '' } }],
    ['`runai.users[0].role` must be null or one of', { tenant, users: [{ ...user, role: 'King' }] }],
    [
      '`runai.users[0].accessKey.name` is missing; it must be a text',
      { tenant, users: [{ ...user, accessKey: { clientId: 'c' } }] },
    ],
    ['users: `email` `a@acme.test` occurs twice', { tenant, users: [user, { ...user, email: 'A@acme.test' }] }],
    [
      'access keys, applications and serviceAccounts: `clientId` `c` occurs twice',
      { tenant, applications: [client, { ...client, name: 'm' }] },
    ],
    [
      `accessRules \`user:a@acme.test|Viewer|tenant:${tenant.id}\` occurs twice; \`runai.users[0].role\` also has it`,
      { tenant, users: [{ ...user, role: 'Viewer' }], accessRules: [viewer] },
    ],
    [
      'occurs twice; `runai.accessRules[0]` also has it',
      { tenant, users: [user], accessRules: [viewer, { ...viewer, subjectId: 'A@acme.test' }] },
    ],
  ])('%s', (message, part) => {
    expect(findSeedErrors({ runai: part }, SERVICES).map(formatSeedError).join('\n')).toContain(message);
  });
});

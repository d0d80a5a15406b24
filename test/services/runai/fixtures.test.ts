import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../../src/tokens/password.ts';
import { findSeedErrors } from '../../../src/worlds/seed/check.ts';
import { formatSeedError } from '../../../src/worlds/seed/error-text.ts';
import { cast } from '../../support/cast.ts';
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
    ['`runai.users[0].role` must be null or one of', { tenant, users: [{ ...user, role: 'King' }] }],
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

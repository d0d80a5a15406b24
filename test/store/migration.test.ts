import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { hashSecret } from '../../src/credentials/secret.ts';
import { type AccessRule, LAST_RULE_SETTING, ruleRow } from '../../src/services/runai/access-rules.ts';
import { ROLES_OF } from '../../src/services/runai/laws.ts';
import { Collision } from '../../src/store/errors.ts';
import type { Store } from '../../src/store/index.ts';
import { openSqliteStore } from '../../src/store/sqlite/index.ts';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { admin, cast, plainBot, researcher } from '../support/cast.ts';
import { emptyFolder } from '../support/folder.ts';
import { identity, NOON } from '../support/records.ts';
import { testServer } from '../support/server.ts';

/** "NVAM", as the header of our files says. */
const APPLICATION_ID = 0x4e56414d;
/** The version in which a role was a member of an identity. */
const WITH_ROLES = 3;

interface OldIdentity {
  readonly id: string;
  readonly kind: 'user' | 'application' | 'service-account';
  readonly name: string;
  readonly role: string | null;
  readonly clientId?: string;
  readonly secret?: string;
  readonly passwordHash?: string;
}

const people: readonly OldIdentity[] = [
  { id: 'ada', kind: 'user', name: 'Ada@Acme.test', role: 'System administrator', passwordHash: 'scrypt-of-ada' },
  { id: 'bo', kind: 'user', name: 'bo@acme.test', role: null },
  { id: 'app', kind: 'application', name: 'Robot', clientId: 'robot', secret: 'shh', role: 'Cloud operator' },
  { id: 'account', kind: 'service-account', name: 'robot', clientId: 'robot', secret: 'hush', role: 'L1 researcher' },
  { id: 'cy', kind: 'user', name: 'cy@acme.test', role: 'King' },
  { id: 'di', kind: 'user', name: 'di@acme.test', role: 'Data volume administrator' },
];

/** A file as an earlier version left it, with these people in it. */
async function oldFile(version: number, identities: readonly OldIdentity[] = people): Promise<string> {
  const path = join(await emptyFolder(), 'mock.db');
  const database = new Database(path);
  for (const step of MIGRATIONS.slice(0, version)) database.exec(step);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${version}`);
  const setting = database.prepare('INSERT INTO settings (name, value) VALUES (?, ?)');
  setting.run('runai.tenant.id', String(cast.tenant.id));
  setting.run('runai.tenant.realm', cast.tenant.realm);
  database.prepare(`INSERT INTO seed VALUES (1, 'print', 'built-in', '{}')`).run();
  const insert = database.prepare(
    `INSERT INTO identities (id, kind, name, name_key, role, client_id, secret_hash, password_hash, enabled, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
  );
  for (const [index, { id, kind, name, role, clientId, secret, passwordHash }] of identities.entries()) {
    const secretHash = secret === undefined ? null : hashSecret(secret);
    insert.run(
      ...[id, kind, name, name.toLowerCase(), role, clientId ?? null, secretHash],
      ...[passwordHash ?? null, NOON + index],
    );
  }
  database.close();
  return path;
}

/** Looks at what became of a file, at once and when it is opened again. */
async function opened(path: string, check: (store: Store) => Promise<void>): Promise<void> {
  for (let time = 0; time < 2; time++) {
    const store = openSqliteStore(path);
    try {
      await check(store);
    } finally {
      await store.close();
    }
  }
}

/** The rule that takes the place of a role. */
function ruleFor(id: number, given: Pick<AccessRule, 'subjectId' | 'subjectType' | 'roleId'>, at: number) {
  const rule: AccessRule = {
    ...{ id, ...given, scopeType: 'tenant', scopeId: '1001', clusterId: null },
    ...{ createdBy: 'Run:ai', createdAt: at, updatedAt: at, deletedAt: null },
  };
  return ruleRow(rule, '1001');
}

const rules = [
  ruleFor(1, { subjectType: 'user', subjectId: 'Ada@Acme.test', roleId: 1 }, NOON),
  ruleFor(2, { subjectType: 'app', subjectId: 'Robot', roleId: 1711 }, NOON + 2),
  ruleFor(3, { subjectType: 'service-account', subjectId: 'robot', roleId: 5 }, NOON + 3),
  ruleFor(4, { subjectType: 'user', subjectId: 'di@acme.test', roleId: 2256 }, NOON + 5),
];

describe('a file in which roles were members of identities', () => {
  it.each([1, 2, WITH_ROLES])(
    'of version %i has an access rule for each role there is, oldest first',
    async (version) => {
      await opened(await oldFile(version), async ({ collections }) => {
        expect(await collections.ofOwner('runai.access-rules', '1001')).toEqual(rules);
      });
    },
  );

  it('knows the id of every role that there was', async () => {
    const all = ROLES_OF['2.19'].map(({ id, name }) => ({ id: `id-${id}`, kind: 'user' as const, name, role: name }));

    await opened(await oldFile(WITH_ROLES, all), async ({ collections }) => {
      const made = (await collections.ofOwner('runai.access-rules', '1001')).map(({ body }) => body as AccessRule);
      expect(made.map(({ subjectId, roleId }) => ({ name: subjectId, id: roleId }))).toEqual(
        ROLES_OF['2.19'].map(({ id, name }) => ({ name, id })),
      );
    });
  });

  it('numbers the next access rule after them', async () => {
    const path = await oldFile(WITH_ROLES);
    let number = rules.length;

    await opened(path, async ({ settings }) => {
      expect(await settings.next(LAST_RULE_SETTING)).toBe(number++);
    });
  });

  it('has each of them once: the same again is a Collision', async () => {
    await opened(await oldFile(WITH_ROLES), async ({ collections }) => {
      const [{ body }] = rules as [(typeof rules)[number]];
      const again = ruleRow({ ...(body as AccessRule), id: 99, subjectId: 'ADA@acme.test' }, '1001');

      await expect(collections.insert(again, null)).rejects.toBeInstanceOf(Collision);
    });
  });

  it('has the same people, who are local and whom nobody is known to have made', async () => {
    await opened(await oldFile(WITH_ROLES), async ({ identities }) => {
      expect(await identities.all('user')).toEqual([
        identity('ada', { name: 'Ada@Acme.test', passwordHash: 'scrypt-of-ada' }),
        identity('bo', { createdAt: NOON + 1 }),
        identity('cy', { createdAt: NOON + 4 }),
        identity('di', { createdAt: NOON + 5 }),
      ]);
      expect(await identities.byName('application', 'robot')).toEqual(
        identity('app', {
          ...{ kind: 'application', name: 'Robot', clientId: 'robot' },
          ...{ secretHash: hashSecret('shh'), createdAt: NOON + 2 },
        }),
      );
    });
  });

  it('has the same logins, of which nothing was noted', async () => {
    const path = await oldFile(WITH_ROLES);
    const database = new Database(path);
    database
      .prepare(`INSERT INTO refresh_tokens (hash, family, subject, client_id, expires_at) VALUES (?, ?, ?, ?, ?)`)
      .run('token', 'family', 'ada', 'cli', NOON + 1);
    database.close();

    await opened(path, async ({ grants }) => {
      expect(await grants.active('token', NOON)).toEqual({
        ...{ hash: 'token', line: 'token', family: 'family', subject: 'ada', clientId: 'cli' },
        ...{ scope: '', authTime: 0, expiresAt: NOON + 1 },
      });
    });
  });

  it('knows a token that was used once its login went on', async () => {
    const path = await oldFile(WITH_ROLES);
    const database = new Database(path);
    const insert = database.prepare(
      `INSERT INTO refresh_tokens (hash, family, subject, client_id, expires_at, used_at) VALUES (?, 'family', 'ada', 'cli', ?, ?)`,
    );
    insert.run('used', NOON + 1, NOON - 1);
    insert.run('newest', NOON + 2, null);
    database.close();
    const store = openSqliteStore(path);
    const use = (hash: string, line: string) =>
      store.grants.rotate({ hash, line, clientId: 'cli' }, { hash: 'next', expiresAt: NOON + 3 }, NOON, NOON);

    expect(await store.world.counts()).toMatchObject({ refreshTokens: 1 });
    expect(await use('used', 'line-of-used')).toEqual({ outcome: 'unknown' });
    expect(await use('newest', 'line-of-newest')).toMatchObject({ outcome: 'rotated' });
    expect(await use('newest', 'line-of-newest')).toEqual({ outcome: 'reused' });
    await store.close();
  });

  it('without anybody has no access rule, and numbers the first one 1', async () => {
    const path = await oldFile(WITH_ROLES, []);
    const store = openSqliteStore(path);

    expect(await store.collections.ofOwner('runai.access-rules', '1001')).toEqual([]);
    expect(await store.settings.next(LAST_RULE_SETTING)).toBe(0);
    await store.close();
  });
});

it('a server goes on with such a file: everybody may do what their role brought, and no more', async () => {
  const path = await oldFile(WITH_ROLES, [
    ...cast.users.map((user) => ({ ...user, kind: 'user' as const, name: user.email })),
    ...cast.serviceAccounts.map((bot) => ({ ...bot, kind: 'service-account' as const, secret: bot.clientSecret })),
  ]);
  const database = new Database(path);
  const insert = database.prepare(
    `INSERT INTO access_keys (id, owner, created_by, name, client_id, secret_hash, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { id, email, accessKey } of [admin, researcher]) {
    const { clientId, clientSecret } = accessKey;
    insert.run(accessKey.id, id, email, accessKey.name, clientId, hashSecret(clientSecret), NOON);
  }
  database.close();
  const server = await testServer({ data: path });
  const token = await server.tokenOf(admin);
  const users = await server.call('GET /api/v1/users', { token });
  const refused = await server.call('GET /api/v1/users', { token: await server.tokenOf(researcher) });
  const body = {
    subjectId: plainBot.name,
    subjectType: 'service-account',
    roleId: 1,
    scopeType: 'tenant',
    scopeId: '1001',
  };
  const made = await server.call('POST /api/v1/authorization/access-rules', { token, body });

  expect(users.status).toBe(200);
  expect(users.body.map(({ username }: { username: string }) => username)).toEqual([admin.email, researcher.email]);
  expect(refused.decision).toMatchObject({ reason: 'missing_permission', missing: ['users:read'] });
  expect(made.status).toBe(201);
  expect(made.body.id).toBe(5);
});

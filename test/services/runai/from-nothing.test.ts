/** The seed of the page about a tenant from nothing, and what its roles and groups bring. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/options.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const PAGE = readFileSync(new URL('../../../docs/how-to/your-own-users.md', import.meta.url), 'utf8');
const [, SEED = ''] = /^cat > tenant.yaml <<'END'\n(.*?)^END$/ms.exec(PAGE) ?? [];

const startedWith = async (text: string, config: Partial<Config> = {}) => {
  const seed = join(await emptyFolder(), 'tenant.yaml');
  await writeFile(seed, text);
  return testServer({ ...config, seed });
};
const tokenOf = async (server: TestServer, order: object): Promise<string> => {
  const { status, body } = await server.grant(order);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.accessToken;
};
const PETER = { grantType: 'client_credentials', clientId: 'peters-key', clientSecret: 'a-secret-for-tests' };
const password = (username: string, password: string) => ({ grantType: 'password', username, password });

describe('the tenant of the page', () => {
  it('gives a token for everybody in it', async () => {
    const server = await startedWith(SEED);

    for (const order of [
      PETER,
      password('peter@initech.test', 'correct-horse-battery'),
      password('milton@initech.test', 'red-stapler-1999'),
      { grantType: 'app_token', appID: 'ci-app', appSecret: 'a-secret-of-the-app' },
      { grantType: 'client_credentials', clientId: 'ci-bot', clientSecret: 'a-secret-of-the-bot' },
    ]) {
      expect(await tokenOf(server, order)).toMatch(/^eyJ/);
    }
    expect((await server.grant(password('milton@initech.test', 'red-stapler'))).status).toBe(400);
  });

  it('has its custom role and its group, which bring what they say and no more', async () => {
    const server = await startedWith(SEED);
    const milton = await tokenOf(server, password('milton@initech.test', 'red-stapler-1999'));
    const { body } = await server.call('GET /api/v2/authorization/roles?filterBy=custom==true', {
      token: await tokenOf(server, PETER),
    });

    expect(body.roles).toMatchObject([
      {
        name: 'Stapler keeper',
        custom: true,
        enabled: true,
        permissionSets: [{ name: 'projectsReadAccess' }, { name: 'accessRulesReadAccess' }],
      },
    ]);
    const projects = await server.call('GET /api/v1/org-unit/projects', { token: milton });
    expect(projects.body.projects).toMatchObject([{ name: 'staplers' }]);
    expect((await server.call('GET /api/v1/users', { token: milton })).status).toBe(403);
  });

  it('leaves room for more custom roles and rules', async () => {
    const server = await startedWith(SEED);
    const token = await tokenOf(server, PETER);
    const { body } = await server.call('GET /api/v2/authorization/roles?filterBy=custom==true', { token });
    const [{ id, permissionSets }] = body.roles;
    const made = await server.call('POST /api/v2/authorization/roles', {
      token,
      body: { name: 'Another', description: '', permissionSets },
    });

    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.id).toBeGreaterThan(id);
  });

  it.runIf(hasDriver)(
    'is the same after its cast was saved as a seed, and in a data file after a restart',
    async () => {
      const data = join(await emptyFolder(), 'mock.db');
      const first = await startedWith(SEED, { data });
      const { body } = await first.call('GET /_mock/cast');
      await first.close();
      const second = await testServer({ data });
      const third = await startedWith(JSON.stringify(body));

      for (const server of [second, third]) {
        await tokenOf(server, password('milton@initech.test', 'red-stapler-1999'));
        expect((await server.call('GET /_mock/cast')).body).toEqual(body);
      }
    },
  );

  it('has no custom role in a version without them, and says so', async () => {
    const server = await startedWith(SEED, { runai: '2.19' });
    const milton = await tokenOf(server, password('milton@initech.test', 'red-stapler-1999'));

    expect((await server.call('GET /api/v1/org-unit/projects', { token: milton })).status).not.toBe(200);
    const { body } = await server.call('GET /_mock/findings');
    expect(body.findings).toContainEqual(expect.objectContaining({ kind: 'other_version' }));
  });
});

describe('groups and custom roles in a seed', () => {
  const saidOf = (change: (text: string) => string) =>
    startedWith(change(SEED)).then(
      () => '',
      (thrown: Error) => thrown.message,
    );

  it.each<[what: string, from: string, to: string, said: string]>([
    ['a role that is not there', 'role: Viewer', 'role: Stapler keper', 'did you mean `Stapler keeper`'],
    ['a role of a group', 'name: basement, role: null', 'name: basement, role: Vewer', 'did you mean `Viewer`'],
    [
      'a member that is not there',
      'users: [milton@',
      'users: [Miltan@',
      'is `miltan@initech.test`, but the seed has no such user',
    ],
    ['the name of a predefined role', 'name: Stapler keeper', 'name: viewer', 'has the name of the predefined role'],
    ['a set that is not there', '[projectsReadAccess,', '[projectReadAccess,', 'did you mean `projectsReadAccess`'],
  ])('are refused with what is wrong: %s', async (_what, from, to, said) => {
    expect(SEED).toContain(from);
    expect(await saidOf((text) => text.replace(from, to))).toContain(said);
  });

  it('may be added to the built-in cast', async () => {
    const server = await startedWith(`extends: builtin
runai:
  groups:
    - { name: auditors, role: Auditor, users: [researcher@acme.test] }
  roles:
    - { name: Auditor, permissionSets: [usersReadAccess] }
`);
    const { body: cast } = await server.call('GET /_mock/cast');
    const { password: secret } = cast.runai.users.find(
      ({ email }: { email: string }) => email === 'researcher@acme.test',
    );
    const token = await tokenOf(server, password('researcher@acme.test', secret));

    expect((await server.call('GET /api/v1/users', { token })).status).toBe(200);
  });
});

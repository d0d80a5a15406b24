/** The tenant in `examples/seeds`, with its custom role and its group. */

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/app/options.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const SEED = readFileSync(new URL('../../../examples/seeds/tenant.yaml', import.meta.url), 'utf8');

const startServer = async (text: string, config: Partial<Config> = {}) => {
  const seed = join(await emptyFolder(), 'tenant.yaml');
  await writeFile(seed, text);
  return testServer({ ...config, seed });
};
const readToken = async (server: TestServer, grant: object): Promise<string> => {
  const { status, body } = await server.grant(grant);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.accessToken;
};
const PETER = { grantType: 'client_credentials', clientId: 'peters-key', clientSecret: 'a-secret-for-tests' };
const createPasswordGrant = (username: string, password: string) => ({ grantType: 'password', username, password });

describe('the tenant of the documented seed', () => {
  it('issues a token to each of its users, applications and service accounts', async () => {
    const server = await startServer(SEED);

    for (const grant of [
      PETER,
      createPasswordGrant('peter@initech.test', 'correct-horse-battery'),
      createPasswordGrant('milton@initech.test', 'red-stapler-1999'),
      { grantType: 'app_token', appID: 'ci-app', appSecret: 'a-secret-of-the-app' },
      { grantType: 'client_credentials', clientId: 'ci-bot', clientSecret: 'a-secret-of-the-bot' },
    ]) {
      expect(await readToken(server, grant)).toMatch(/^eyJ/);
    }
    expect((await server.grant(createPasswordGrant('milton@initech.test', 'red-stapler'))).status).toBe(400);
  });

  it('grants the permissions of its custom role and its group only', async () => {
    const server = await startServer(SEED);
    const milton = await readToken(server, createPasswordGrant('milton@initech.test', 'red-stapler-1999'));
    const { body } = await server.call('GET /api/v2/authorization/roles?filterBy=custom==true', {
      token: await readToken(server, PETER),
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

  it.runIf(hasDriver)('is the same from a data file after a restart, and from its cast as a seed', async () => {
    const data = join(await emptyFolder(), 'mock.db');
    const first = await startServer(SEED, { data });
    const { body } = await first.call('GET /_mock/cast');
    await first.close();
    const second = await testServer({ data });
    const third = await startServer(JSON.stringify(body));

    for (const server of [second, third]) {
      await readToken(server, createPasswordGrant('milton@initech.test', 'red-stapler-1999'));
      expect((await server.call('GET /_mock/cast')).body).toEqual(body);
    }
  });
});

describe('groups and custom roles of a seed', () => {
  const readStartError = (change: (text: string) => string) =>
    startServer(change(SEED)).then(
      () => '',
      (thrown: Error) => thrown.message,
    );

  it.each<[what: string, from: string, to: string, message: string]>([
    ['an unknown role', 'role: Viewer', 'role: Stapler keper', 'did you mean `Stapler keeper`'],
    [
      'an unknown role of a group',
      'name: basement, role: null',
      'name: basement, role: Vewer',
      'did you mean `Viewer`',
    ],
    [
      'an unknown member',
      'users: [milton@',
      'users: [Miltan@',
      'is `miltan@initech.test`, but the seed has no such user',
    ],
    ['the name of a predefined role', 'name: Stapler keeper', 'name: viewer', 'has the name of the predefined role'],
    ['an unknown permission set', '[projectsReadAccess,', '[projectReadAccess,', 'did you mean `projectsReadAccess`'],
  ])('are rejected with a message that names the error: %s', async (_what, from, to, message) => {
    expect(SEED).toContain(from);
    expect(await readStartError((text) => text.replace(from, to))).toContain(message);
  });

  it('can be added to the built-in cast', async () => {
    const server = await startServer(`extends: builtin
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
    const token = await readToken(server, createPasswordGrant('researcher@acme.test', secret));

    expect((await server.call('GET /api/v1/users', { token })).status).toBe(200);
  });
});

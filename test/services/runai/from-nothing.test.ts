/** The tenant in `examples/seeds`, with its custom role and its group. */

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '../../support/folder.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const SEED = readFileSync(new URL('../../../examples/seeds/tenant.yaml', import.meta.url), 'utf8');

const startServer = async (text: string) => {
  const seed = join(await emptyFolder(), 'tenant.yaml');
  await writeFile(seed, text);
  return testServer({ seed });
};
const readToken = async (server: TestServer, grant: object): Promise<string> => {
  const { status, body } = await server.grant(grant);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.accessToken;
};
const PETER = { grantType: 'client_credentials', clientId: 'peters-key', clientSecret: 'a-secret-for-tests' };
const createPasswordGrant = (username: string, password: string) => ({ grantType: 'password', username, password });

it('the documented seed grants the permissions of its custom role and its group only', async () => {
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

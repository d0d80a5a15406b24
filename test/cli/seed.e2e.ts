/** The seed that a server is started with. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { stringify } from 'yaml';
import { deriveUuid } from '../../src/lib/random.ts';
import { admin, adminBot, plainBot, researcher } from '../support/cast.ts';
import { it } from '../support/command.ts';
import { withoutBearers } from '../support/worlds.ts';

/** A seed with its own users. */
const world = {
  runai: {
    tenant: { id: 7, name: 'umbra', realm: 'umbra' },
    users: [
      {
        email: 'ada@umbra.test',
        password: 'correct horse',
        role: 'System administrator',
        accessKey: { name: 'ada-key', clientId: 'ada-client', clientSecret: 'ada-secret' },
      },
      { email: 'bo@umbra.test', password: 'battery staple', role: null },
    ],
    applications: [{ name: 'robot', clientId: 'robot', secret: 'robot-secret', role: null }],
    serviceAccounts: [{ name: 'bot', clientId: 'bot', clientSecret: 'bot-secret', role: 'L1 researcher' }],
    clients: [{ clientId: 'cli', redirectUris: ['http://localhost:*'] }],
  },
};
const [firstUser, secondUser] = world.runai.users;
/** The same in the cast: absent ids are derived from names. */
const withIds = {
  runai: {
    ...world.runai,
    users: [
      {
        ...firstUser,
        id: deriveUuid('user:ada@umbra.test'),
        accessKey: { ...firstUser?.accessKey, id: deriveUuid('access-key:ada-client') },
      },
      { ...secondUser, id: deriveUuid('user:bo@umbra.test') },
    ],
    applications: world.runai.applications.map((application) => ({
      ...application,
      id: deriveUuid('application:robot'),
    })),
    serviceAccounts: world.runai.serviceAccounts.map((account) => ({
      ...account,
      id: deriveUuid('service-account:bot'),
    })),
  },
};
const ada = { clientId: 'ada-client', clientSecret: 'ada-secret' };

describe.concurrent('--seed', () => {
  it('accepts the response of GET /_mock/cast', async ({ command, folder }) => {
    const original = await command.start();
    const { body: cast } = await original.call('GET /_mock/cast');
    await writeFile(join(folder, 'cast.json'), JSON.stringify(cast, null, 2));
    const server = await command.start(['--seed', 'cast.json']);

    expect((await server.call('GET /_mock/cast')).body).toEqual(cast);
    expect((await server.call('GET /_mock/info')).body.counts).toEqual(
      (await original.call('GET /_mock/info')).body.counts,
    );
    for (const credentials of [admin.accessKey, researcher.accessKey, adminBot, plainBot]) {
      expect((await server.grant(credentials)).status).toBe(200);
    }
    const login = { grantType: 'password', username: admin.email, password: admin.password };
    expect((await server.call('POST /api/v1/token', { body: login })).status).toBe(200);
  });

  it.for([
    ['world.yaml', stringify(world)],
    ['world.json', JSON.stringify(world)],
  ] as const)('loads a world from %s', async ([file, text], { command, folder }) => {
    await writeFile(join(folder, file), text);
    const server = await command.start(['--seed', file]);
    const token = await server.tokenOf(ada);
    const { body } = await server.call('GET /api/v1/access-keys', { token });
    const login = { grantType: 'password', username: 'bo@umbra.test', password: 'battery staple' };

    expect(body.accessKeys).toMatchObject([{ name: 'ada-key', clientId: 'ada-client' }]);
    expect((await server.call('POST /api/v1/token', { body: login })).status).toBe(200);
    expect((await server.grant(admin.accessKey)).status).toBe(400);
    expect(withoutBearers((await server.call('GET /_mock/cast')).body)).toEqual(withIds);
    expect((await server.call('GET /_mock/info')).body.counts).toMatchObject({ users: 2, accessKeys: 1 });
    expect((await server.call('GET /auth/realms/umbra/.well-known/openid-configuration')).status).toBe(200);
  });

  it('accepts `none` for an empty world', async ({ command }) => {
    const server = await command.start(['--seed', 'none']);
    const { counts } = (await server.call('GET /_mock/info')).body;

    expect(new Set(Object.values(counts))).toEqual(new Set([0]));
    expect((await server.call('GET /_mock/cast')).body).toEqual({});
    expect((await server.grant(admin.accessKey)).status).toBe(400);
    expect((await server.call('POST /_mock/reset')).status).toBe(200);
  });

  it('accepts `builtin` for the built-in cast, instead of the seed of a config file', async ({ command, folder }) => {
    await writeFile(join(folder, 'config.yaml'), 'seed: none\n');
    const server = await command.start(['--config', 'config.yaml', '--seed', 'builtin']);

    expect((await server.grant(admin.accessKey)).status).toBe(200);
  });

  it('loads a file that extends another file, with its additional users', async ({ command, folder }) => {
    await writeFile(join(folder, 'team.yaml'), 'extends: builtin\nngc:\n  keys: null\n');
    await writeFile(
      join(folder, 'mine.yaml'),
      'extends: team.yaml\nrunai:\n  users:\n    - { email: eve@acme.test, role: Viewer, accessKey: { name: eve-key } }\n',
    );
    const server = await command.start(['--seed', 'mine.yaml']);
    const { body: cast } = await server.call('GET /_mock/cast');
    const eve = cast.runai.users.at(-1);

    expect(cast.ngc).not.toHaveProperty('keys');
    expect((await server.grant(eve.accessKey)).status).toBe(200);
    expect((await server.grant(admin.accessKey)).status).toBe(200);
    await server.call('POST /_mock/reset');
    expect((await server.grant(eve.accessKey)).status).toBe(200);
  });

  it.for([
    ['cast: nobody', 'none', ''],
    [
      'cast: 3 users, 3 applications, 3 service accounts, no NGC keys; extends builtin',
      'mine.yaml',
      'extends: builtin\nngc:\n  keys: null\n',
    ],
    ['cast: 2 users, 1 application, 1 service account, no NGC keys', 'mine.yaml', stringify(world)],
  ] as const)(
    'is summarized in the banner, also at later starts with --data: %s',
    async ([line, seed, text], { command, folder }) => {
      await writeFile(join(folder, 'mine.yaml'), text);
      const running = command.launch(['--port', '0', '--seed', seed, '--data', 'mock.db']);
      await running.waitForOutput(/ready on/);
      running.kill('SIGTERM');
      await running.ended;
      const later = command.launch(['--port', '0', '--data', 'mock.db']);
      await later.waitForOutput(/ready on/);
      later.kill('SIGTERM');

      for (const { stdout } of [await running.ended, await later.ended]) expect(stdout.split('\n')).toContain(line);
    },
  );
});

describe.concurrent('--seed stops the start, and reports every fault with its place:', () => {
  it('all faults at once', async ({ command, folder, expect }) => {
    const runai = structuredClone(world.runai);
    const [user] = runai.users;
    Object.assign(runai.users[1] ?? {}, { email: 'ADA@umbra.test', accessKey: user?.accessKey });
    runai.applications.push(...runai.applications);
    runai.clients.push(...runai.clients);
    await writeFile(join(folder, 'world.json'), JSON.stringify({ runai, users: [] }));
    const { code, stdout, stderr } = await command.run(['--port', '0', '--seed', 'world.json']);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const words of [
      'unknown key `users`; it belongs to `runai`, as `users`',
      '`email` `ada@umbra.test` occurs twice',
      'access keys, applications and serviceAccounts: `clientId` `ada-client` occurs twice',
      'applications: `name` `robot` occurs twice',
      'clients: `clientId` `cli` occurs twice',
    ]) {
      expect.soft(stderr).toContain(words);
    }
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('a syntax error, with its line', async ({ command, folder }) => {
    await writeFile(join(folder, 'world.json'), '{\n  "runai": {\n    "tenant": oops\n');
    const { code, stderr } = await command.run(['--port', '0', '--seed', 'world.json']);

    expect(code).toBe(2);
    expect(stderr).toContain('--seed world.json is not valid JSON, line 3:');
  });

  const files: [title: string, file: string, text: string | null, messages: string][] = [
    ['a missing file', 'missing.yaml', null, 'cannot be read'],
    ['several YAML documents', 'several.yaml', '{}\n---\n{}\n', 'several documents, the second one at line 2'],
    ['a misspelt built-in name', 'builtins', null, 'Or use `builtin`'],
  ];

  it.for(files)('%s', async ([, file, text, messages], { command, folder }) => {
    if (text !== null) await writeFile(join(folder, file), text);

    expect(await command.run(['--port', '0', '--seed', file])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`--seed ${file}.*${messages}`)),
    });
  });
});

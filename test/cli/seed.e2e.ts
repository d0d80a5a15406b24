/** The seed that a server is started with. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { stringify } from 'yaml';
import { admin } from '../support/cast.ts';
import { it } from '../support/command.ts';

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
const ada = { clientId: 'ada-client', clientSecret: 'ada-secret' };

describe.concurrent('--seed', () => {
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
    expect((await server.call('GET /_mock/info')).body.counts).toMatchObject({ users: 2, accessKeys: 1 });
    expect((await server.call('GET /auth/realms/umbra/.well-known/openid-configuration')).status).toBe(200);
  });

  it('is summarized in the banner, also at later starts with --data', async ({ command, folder }) => {
    await writeFile(join(folder, 'mine.yaml'), 'extends: builtin\nngc:\n  keys: null\n');
    const outputs: string[] = [];
    for (const seed of [['--seed', 'mine.yaml'], []]) {
      const running = command.launch(['--port', '0', ...seed, '--data', 'mock.db']);
      await running.waitForOutput(/ready on/);
      running.kill('SIGTERM');
      outputs.push((await running.ended).stdout);
    }

    const line = 'cast: 3 users, 3 applications, 3 service accounts, no NGC keys; extends builtin';
    for (const stdout of outputs) expect(stdout.split('\n')).toContain(line);
  });
});

describe.concurrent('--seed stops the start for', () => {
  const files: [title: string, file: string, text: string | null, messages: string][] = [
    ['a missing file', 'missing.yaml', null, 'cannot be read'],
    ['several YAML documents', 'several.yaml', '{}\n---\n{}\n', 'several documents, the second one at line 2'],
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

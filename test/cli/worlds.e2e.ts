import { lookup } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe } from 'vitest';
import { parse } from 'yaml';
import { admin } from '../support/cast.ts';
import { it, type Server } from '../support/command.ts';

/** The credentials of a world's administrator, and all of its keys. */
async function credentialsOf(server: Server, world: string) {
  const { runai, ngc } = (await server.call(`GET /w/${world}/_mock/cast`)).body;
  const { clientId, clientSecret } = runai.users[0].accessKey;
  return { clientId, clientSecret, keys: ngc.keys.map(({ key }: { key: string }) => key) };
}

const idsOf = async (server: Server): Promise<string[]> =>
  (await server.call('GET /_mock/worlds')).body.worlds.map(({ id }: { id: string }) => id);

describe.concurrent('worlds of a start', () => {
  it('are told in the banner with the ways into them, before the ready line', async ({ command, expect }) => {
    const running = command.launch(['--port', '0', '--world', 'alice', '--world', 'bob']);
    const [, url = ''] = await running.said(/ready on (.+)\n/);
    running.kill('SIGTERM');
    const { stdout } = await running.ended;

    expect(stdout).toContain(
      `\nworlds: alice, bob; each at /w/<id>, at http://<id>.localhost:${new URL(url).port}, or selected by its credentials\n`,
    );
    expect(stdout.endsWith(`\nnv-auth-mock ready on ${url}\n`)).toBe(true);
  });

  it('are not told of where there are none', async ({ command, expect }) => {
    const { stdout } = await command.run(['--port', '0']);

    expect(stdout).not.toContain('worlds:');
  });

  it('are a member of the event that programs read', async ({ command, expect }) => {
    const running = command.launch(['--port', '0', '--json', '--world', 'alice']);
    const [line] = await running.said(/^.*\n/);

    expect(JSON.parse(line)).toMatchObject({ event: 'ready', pid: running.pid, worlds: ['alice'] });
  });

  it.for([
    ['flags', '', ['--world', 'alice', '--world', 'bob'], {}],
    ['a variable', '', [], { NV_AUTH_MOCK_WORLD: 'alice,bob' }],
    ['a variable with spaces', '', [], { NV_AUTH_MOCK_WORLD: 'alice, bob' }],
    ['`worlds` in a file', 'worlds: [alice, bob]', ['--config', 'options.yaml'], {}],
    ['`world` in a file', 'world:\n  - alice\n  - bob', ['--config', 'options.yaml'], {}],
  ] as const)('are named by %s, and stay', async ([, file, args, env], { command, folder, expect }) => {
    await writeFile(join(folder, 'options.yaml'), file);
    const server = await command.start(args, { env });
    const { body: world } = await server.call('GET /_mock/worlds/bob');

    expect(await idsOf(server)).toEqual(['default', 'alice', 'bob']);
    expect(world).toMatchObject({ credentials: 'own', ttl: 'never', expiresAt: null });
  });

  it('are found by credentials of their own, which are those of no other world', async ({ command, expect }) => {
    const server = await command.start(['--world', 'alice', '--world', 'bob']);
    const [alice, bob] = [await credentialsOf(server, 'alice'), await credentialsOf(server, 'bob')];
    const made = await server.call('POST /api/v1/access-keys', {
      token: await server.tokenOf(alice),
      body: { name: 'hers' },
    });
    const namesIn = async (world: typeof alice) => {
      const { body } = await server.call('GET /api/v1/access-keys', { token: await server.tokenOf(world) });
      return body.accessKeys.map(({ name }: { name: string }) => name);
    };

    expect(made.status).toBe(201);
    expect(await namesIn(alice)).toContain('hers');
    expect(await namesIn(bob)).not.toContain('hers');
    expect(new Set([alice, bob, admin.accessKey].map(({ clientSecret }) => clientSecret)).size).toBe(3);
  });

  it('are there at every start with the same credentials, and what was made in them where they are kept in a file', async ({
    command,
    expect,
  }) => {
    const args = ['--data', 'mock.db', '--world', 'alice'];
    const first = await command.start(args);
    const before = await credentialsOf(first, 'alice');
    const body = { name: 'kept-only-in-the-file' };
    await first.call('POST /w/alice/api/v1/access-keys', { token: await first.tokenOf(before), body });
    await first.call('POST /api/v1/access-keys', { token: await first.tokenOf(admin.accessKey), body });
    await first.stop();
    const second = await command.start(args);
    const listed = async (token: string) => (await second.call('GET /api/v1/access-keys', { token })).body.accessKeys;

    expect(await credentialsOf(second, 'alice')).toEqual(before);
    expect(await listed(await second.tokenOf(admin.accessKey))).toHaveLength(5);
    expect(await listed(await second.tokenOf(before))).toHaveLength(5);
  });

  it.for([
    ['twice the same', ['--world', 'alice', '--world', 'bob', '--world', 'alice'], /`alice`.*twice/],
    ["one whose host is a service's", ['--world', 'llm'], /--world must not be `llm`.* Choose another id/],
    ['the default one', ['--world', 'default'], /--world is `default`. Expected .* other than `default`/],
    ['a capital', ['--world', 'Alice'], /--world is `Alice`. Expected .*a-z, 0-9/],
    ['a slash', ['--world', 'a/b'], /--world is `a\/b`. Expected .*a-z, 0-9/],
    ['nothing', ['--world', ''], /--world is ``. Expected /],
    ['one more than there may be', ['--max-worlds', '1', '--world', 'a', '--world', 'b'], /2 worlds.*--max-worlds/],
    ['one where there may be none', ['--max-worlds', '0', '--world', 'a'], /asks for 1 world, but --max-worlds is 0/],
    ['a flag in place of its id', ['--world', '--reseed', 'x'], /`start` accepts only flags, but got `x`/],
  ] as const)('stop the start, which changes no file: %s', async ([, args, said], { command, expect }) => {
    const { code, stdout, stderr } = await command.run(['--port', '0', '--data', 'mock.db', ...args]);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(said);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('are said once in a file: `world` and `worlds` beside each other stop the start', async ({
    command,
    folder,
    expect,
  }) => {
    await writeFile(join(folder, 'options.yaml'), 'world: alice\nworlds: [bob]\n');
    const { code, stderr } = await command.run(['--port', '0', '--config', 'options.yaml']);

    expect(code).toBe(2);
    expect(stderr).toMatch(/`worlds` in --config options\.yaml, line 2, .*`world`/);
  });
});

describe.concurrent('a snapshot of a world', () => {
  it('is a file that another server starts with, with the credentials and objects of the world', async ({
    command,
    folder,
    expect,
  }) => {
    const first = await command.start(['--world', 'alice']);
    const alice = await credentialsOf(first, 'alice');
    const body = { name: 'before-the-snapshot' };
    await first.call('POST /api/v1/access-keys', { token: await first.tokenOf(alice), body });
    const { body: snapshot } = await first.call('POST /w/alice/_mock/snapshots', { body: {} });
    const file = await fetch(`${first.url}/w/alice/_mock/snapshots/${snapshot.id}/file`);
    await writeFile(join(folder, 'alice.ndjson'), Buffer.from(await file.arrayBuffer()));
    const second = await command.start(['--snapshot', 'alice.ndjson']);
    const token = await second.tokenOf(alice);
    const { accessKeys } = (await second.call('GET /api/v1/access-keys', { token })).body;

    expect(accessKeys.map(({ name }: { name: string }) => name)).toContain('before-the-snapshot');
    expect(await credentialsOf(second, 'default')).toEqual(alice);
    expect((await second.call('POST /_mock/reset')).status).toBe(200);
    expect(await second.grant(alice)).toMatchObject({ status: 200 });
  });

  it('begins only a server that has no other world, and no seed', async ({ command, folder, expect }) => {
    const first = await command.start(['--data', 'mock.db']);
    const { body: snapshot } = await first.call('POST /_mock/snapshots', { body: {} });
    const file = await fetch(`${first.url}/_mock/snapshots/${snapshot.id}/file`);
    await writeFile(join(folder, 'one.ndjson'), Buffer.from(await file.arrayBuffer()));
    await first.stop();
    const refused = async (...flags: string[]) => {
      const { code, stdout, stderr } = await command.run(['--port', '0', '--snapshot', 'one.ndjson', ...flags]);
      expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
      return stderr;
    };

    expect(await refused('--seed', 'none')).toMatch(/--snapshot and --seed are both set/);
    expect(await refused('--data', 'mock.db')).toMatch(
      /--data mock\.db has a world that was not created from --snapshot/,
    );
    const begun = await command.start(['--snapshot', 'one.ndjson', '--data', 'other.db']);
    await begun.crash();
    await (await command.start(['--snapshot', 'one.ndjson', '--data', 'other.db'])).stop();
    const { code, stderr } = await command.run(['export', 'worlds.ndjson']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('The command `export` was removed.')]);
  });
});

describe.concurrent('`env --world`', () => {
  it('prints the address below the world and its own credentials, in every format', async ({ command, expect }) => {
    const server = await command.start(['--world', 'alice', '--alias', 'mock']);
    const run = (format: string) =>
      command.run(['env', '--port', String(server.port), '--world', 'alice', '--format', format]);
    const [forShell, dotenv, json, compose] = await Promise.all(['shell', 'dotenv', 'json', 'compose'].map(run));
    const { clientId, clientSecret, keys } = await credentialsOf(server, 'alice');
    const variables = JSON.parse(json?.stdout ?? '');
    const below = `http://mock:${server.port}/w/alice`;
    const addresses = Object.keys(variables).filter((name) => name.endsWith('_URL'));
    const pathOf = (name: string) => (name === 'NVIDIA_BASE_URL' ? '/integrate/v1' : '');
    const inNetwork = Object.fromEntries(addresses.map((name) => [name, below + pathOf(name)]));

    expect(variables).toMatchObject({
      RUNAI_BASE_URL: `${server.url}/w/alice`,
      RUNAI_CLIENT_ID: clientId,
      RUNAI_CLIENT_SECRET: clientSecret,
      AIR_API_URL: `${server.url}/w/alice`,
      NVCF_BASE_URL: `${server.url}/w/alice`,
    });
    expect(keys).toContain(variables.NGC_API_KEY);
    expect(parseEnv(dotenv?.stdout ?? '')).toEqual(variables);
    expect(forShell?.stdout).toContain(`export RUNAI_BASE_URL='${server.url}/w/alice'\n`);
    expect(parse(compose?.stdout ?? '')).toEqual({ environment: { ...variables, ...inNetwork } });
  });

  it('prints what --client-url says, with the world below it', async ({ command, expect }) => {
    const { port } = await command.start(['--world', 'alice']);
    const args = ['env', '--port', String(port), '--world', 'alice', '--client-url', 'http://mock:6625'];
    const { stdout } = await command.run([...args, '--format', 'json']);

    expect(JSON.parse(stdout).NVCF_BASE_URL).toBe('http://mock:6625/w/alice');
  });

  it('is about the world that the flag names, not about those that a variable makes at a start', async ({
    command,
    expect,
  }) => {
    const { port, url } = await command.start(['--world', 'alice']);
    const env = { NV_AUTH_MOCK_WORLD: 'alice', NV_AUTH_MOCK_PORT: String(port) };
    const { stdout } = await command.run(['env', '--format', 'json'], { env });

    expect(JSON.parse(stdout).RUNAI_BASE_URL).toBe(url);
  });

  it('takes the default world by its name', async ({ command, expect }) => {
    const { port, url } = await command.start();
    const { stdout } = await command.run(['env', '--port', String(port), '--world', 'default', '--format', 'json']);

    expect(JSON.parse(stdout)).toMatchObject({
      RUNAI_BASE_URL: `${url}/w/default`,
      RUNAI_CLIENT_ID: admin.accessKey.clientId,
    });
  });

  it.for([
    ['carol', '`default`, `alice`, `bob`'],
    ['Alice', '`alice`, `default`, `bob`'],
    ['..', '`default`, `alice`, `bob`'],
    ['a/b', '`default`, `alice`, `bob`'],
  ] as const)(
    'ends with 2 for %s, a world that is not there, and tells those that are, the nearest first',
    async ([world, existing], { command, expect }) => {
      const { port, url } = await command.start(['--world', 'alice', '--world', 'bob']);
      const { code, stdout, stderr } = await command.run(['env', '--port', String(port), '--world', world]);

      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`There is no world \`${world}\` on ${url}. Existing worlds: ${existing}.`);
    },
  );

  it('asks with the token of the switchboard', async ({ command, expect }) => {
    const token = ['--admin-token', 'open-sesame'];
    const { port } = await command.start([...token, '--world', 'alice']);
    const args = ['env', '--port', String(port), '--world'];
    const [found, absent, without] = await Promise.all([
      command.run([...args, 'alice', ...token]),
      command.run([...args, 'carol', ...token]),
      command.run([...args, 'carol']),
    ]);

    expect(found?.stdout).toContain('/w/alice');
    expect(absent?.stderr).toContain('`alice`');
    expect([without?.code, without?.stderr]).toEqual([2, expect.stringContaining('requires an admin token')]);
  });
});

describe.concurrent('`doctor --world`', () => {
  it('looks at the world, and finds nothing wrong', async ({ command, expect }) => {
    const { url } = await command.start(['--world', 'alice']);
    const { code, stdout } = await command.launch(['doctor', '--url', url, '--world', 'alice']).ended;

    expect(stdout).toContain(`ok   world: \`alice\`, at ${url}/w/alice\n`);
    expect(stdout).toContain(`ok   issuer: ${url}/w/alice/auth/realms/acme\n`);
    expect(stdout).toContain('ok   refuses: ');
    expect(stdout).not.toContain('BAD');
    expect(code).toBe(0);
  });

  it('takes the world of the URL that the client has', async ({ command, expect }) => {
    const { url } = await command.start(['--world', 'alice']);
    const { code, stdout } = await command.launch(['doctor', '--url', `${url}/w/alice`]).ended;

    expect(stdout).toContain(`ok   issuer: ${url}/w/alice/auth/realms/acme\n`);
    expect(code).toBe(0);
  });

  it('ends with 2 where the URL and the flag name two worlds', async ({ command, expect }) => {
    const args = ['doctor', '--url', 'http://mock:6625/w/alice', '--world', 'bob'];
    const { code, stderr } = await command.launch(args).ended;

    expect(code).toBe(2);
    expect(stderr).toMatch(/--url .* world `alice`.*--world .*`bob`/);
  });

  it('says that the clock of this world was moved, and which call brings it back', async ({ command, expect }) => {
    const { url, call } = await command.start(['--world', 'alice', '--world', 'bob']);
    await call('POST /w/alice/_mock/clock/advance', { body: { by: '1h' } });
    const [alice, bob] = await Promise.all(
      ['alice', 'bob'].map((world) => command.launch(['doctor', '--url', url, '--world', world]).ended),
    );

    expect(alice?.stdout).toMatch(
      /BAD {2}time: .*moved by PT1H \(POST \/w\/alice\/_mock\/reset returns it to real time\)/,
    );
    expect([alice?.code, bob?.code]).toEqual([1, 0]);
  });

  it('says that tokens of the world name another issuer', async ({ command, expect }) => {
    const { url } = await command.start(['--world', 'alice', '--public-url', 'http://mock:6625']);
    const { code, stdout } = await command.launch(['doctor', '--url', url, '--world', 'alice']).ended;

    expect(stdout).toContain('BAD  issuer: tokens have the issuer http://mock:6625/w/alice/auth/realms/acme');
    expect(stdout).toContain(`a strict client expects ${url}/w/alice and rejects them`);
    expect(code).toBe(1);
  });

  it.for([
    ['carol', '`default`, `alice`'],
    ['Alice', '`alice`, `default`'],
  ] as const)(
    'says that there is no world %s, and tells those that are',
    async ([world, existing], { command, expect }) => {
      const { url } = await command.start(['--world', 'alice']);
      const { code, stdout } = await command.launch(['doctor', '--url', url, '--world', world]).ended;

      expect(stdout).toContain(`BAD  world: \`${world}\` does not exist; existing worlds: ${existing}`);
      expect(stdout).not.toMatch(/issuer|refuses/);
      expect(code).toBe(1);
    },
  );

  it('says that the switchboard asks for its token', async ({ command, expect }) => {
    const { url } = await command.start(['--world', 'alice', '--admin-token', 'open-sesame']);
    const args = ['doctor', '--url', url, '--world', 'alice'];
    const [without, given] = await Promise.all([
      command.launch(args).ended,
      command.launch([...args, '--admin-token', 'open-sesame']).ended,
    ]);

    expect(without?.stdout).toMatch(/BAD {2}world: it requires an admin token/);
    expect(given?.code).toBe(0);
  });

  it('repeats what the server says of a host name that leads to no world', async ({ command, expect }) => {
    const detail = 'There is no world `carol`: make it.';
    const other = createServer((_request, response) => {
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ detail }));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { stdout } = await command.launch(['doctor', '--url', `http://127.0.0.1:${port}`]).ended;
    other.close();

    expect(stdout).toContain(`BAD  server: the server responded with 404: ${detail}\n`);
  });

  it('says how a world is reached where the system knows no names below localhost', async ({ command, expect }) => {
    const { url } = await command.start(['--world', 'alice']);
    const { port } = new URL(url);
    const { stdout } = await command.launch(['doctor', '--url', `http://alice.localhost:${port}`]).ended;
    const isKnown = await lookup('alice.localhost').then(
      () => true,
      () => false,
    );

    if (isKnown) expect(stdout).toContain('ok   refuses: ');
    else expect(stdout).toContain(`Use the world's URL with a prefix, http://localhost:${port}/w/alice, or`);
  });
});

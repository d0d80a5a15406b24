import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { createLineLog } from '../../src/lib/log.ts';
import { admin, cast } from '../support/cast.ts';
import { hasDriver } from '../support/driver.ts';
import { castKey } from '../support/ngc-cast.ts';
import { openServer, START, type TestServer, testServer } from '../support/server.ts';

const token = castKey('nvcf-full-access').key;
const FORM = 'application/x-www-form-urlencoded';
const REALM_TOKEN = 'POST /auth/realms/acme/protocol/openid-connect/token';

/** A server, and everything that it returns about its requests. */
async function startServer(): Promise<{ server: TestServer; reported: () => Promise<string> }> {
  const lines: string[] = [];
  const log = (clock: Parameters<typeof createLineLog>[2]) =>
    createLineLog('debug', false, clock, (line) => {
      lines.push(line);
    });
  const server = await testServer({}, { log });
  const reported = async () => {
    const all = ['requests', 'requests/har', 'decisions', 'hints', 'faults'];
    const answers = await Promise.all(all.map((item) => server.call(`GET /_mock/${item}`)));
    return JSON.stringify([answers.map(({ body }) => body), lines]);
  };
  return { server, reported };
}

/** A secret that the API generates. */
async function createSecret(server: TestServer): Promise<{ id: string; secret: string; asAdmin: { token: string } }> {
  const asAdmin = { token: await server.tokenOf(admin) };
  const { status, body } = await server.call('POST /api/v1/access-keys', { ...asAdmin, body: { name: 'drawn' } });
  expect(status).toBeLessThan(300);
  return { id: body.id, secret: body.clientSecret, asAdmin };
}

/** The text with the code of its first letter in hexadecimal digits. */
const encodeFirst = (text: string) => `${text.charCodeAt(0).toString(16)}${text.slice(1)}`;

/** Uses of a secret at unexpected places. */
const PLACES: readonly [place: string, use: (server: TestServer, secret: string) => Promise<unknown>][] = [
  [
    'a client id',
    (server, secret) => server.grant({ grantType: 'client_credentials', clientId: secret, clientSecret: 'x' }),
  ],
  ['a path', (server, secret) => server.call(`GET /v2/nvcf/functions/${secret}/versions`, { token })],
  [
    'a truncated path',
    (server, secret) => server.call(`GET /v2/nvcf/functions/${'x'.repeat(265)}${'.'}${secret}`, { token }),
  ],
  ['an unknown path', (server, secret) => server.call(`GET /nothing/${secret}`)],
  ['an unknown path, encoded twice', (server, secret) => server.call(`GET /nothing/%25${encodeFirst(secret)}`)],
  ['a path with an unsupported method', (server, secret) => server.call(`PUT /v2/nvcf/functions/${secret}`, { token })],
  [
    'the name of a function',
    (server, secret) => server.call('POST /v2/nvcf/functions', { token, body: { name: secret } }),
  ],
  ['a header', (server, secret) => server.call('GET /v2/nvcf/functions', { token, headers: { 'x-note': secret } })],
  [
    'a scope',
    (server, secret) =>
      server.call(REALM_TOKEN, {
        headers: { 'content-type': FORM },
        body: `grant_type=client_credentials&client_id=ci-app&client_secret=x&scope=${secret}`,
      }),
  ],
];

describe('a secret of a world is hidden in', () => {
  it.each(PLACES)('%s', async (_where, use) => {
    const { server, reported } = await startServer();
    const { secret } = await createSecret(server);
    const [{ secret: ofSeed } = { secret: '' }] = cast.applications;
    await use(server, secret);
    await use(server, ofSeed);

    const everything = await reported();
    expect(everything).not.toContain(secret.slice(0, 10));
    expect(everything).not.toContain(ofSeed.slice(0, 10));
    expect(everything).toContain(server.world.activityLog.secrets.fingerprint(secret));
  });

  it('an error that repeats its request', async () => {
    const { server } = await startServer();
    const { secret } = await createSecret(server);
    const { body } = await server.call(REALM_TOKEN, {
      headers: { 'content-type': FORM },
      body: `grant_type=client_credentials&client_id=ci-app&client_secret=x&scope=${secret}`,
    });

    expect(body.error).toBe('invalid_scope');
    expect(JSON.stringify(body)).not.toContain(secret);
    expect(JSON.stringify((await server.call(`GET /nothing/${secret}`)).body)).not.toContain(secret);
  });

  it('a fault that matches it', async () => {
    const { server, reported } = await startServer();
    const { secret } = await createSecret(server);
    await server.call('POST /_mock/faults', {
      body: { match: { body: { name: secret } }, do: { status: 503, offDocument: true } },
    });

    expect(await reported()).not.toContain(secret);
    const body = { name: secret, containerImage: 'a', inferenceUrl: '/x' };
    expect((await server.call('POST /v2/nvcf/functions', { token, body })).status).toBe(503);
  });

  it('requests from before its replacement', async () => {
    const { server, reported } = await startServer();
    const { id, secret, asAdmin } = await createSecret(server);
    await server.call(`GET /v2/nvcf/functions/${secret}/versions`, { token });
    const { status } = await server.call(`POST /api/v1/access-keys/${id}/secret`, asAdmin);
    expect(status).toBeLessThan(300);

    expect(await reported()).not.toContain(secret);
  });

  it('a world that has a copy of it', async () => {
    const { server } = await startServer();
    const { secret } = await createSecret(server);
    await server.call('POST /_mock/worlds', { body: { id: 'copy', from: { world: 'default' }, credentials: 'cast' } });
    await server.call(`GET /w/copy/v2/nvcf/functions/${secret}/versions`, { token });

    expect(JSON.stringify((await server.call('GET /w/copy/_mock/requests')).body)).not.toContain(secret);
  });

  it.runIf(hasDriver)('a data file of another process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const open = () => openServer({ data: join(folder, 'data.db') }, { clock: createManualClock(START) });
    const before = await open();
    const { secret } = await createSecret(before);
    await before.close();
    const after = await open();
    onTestFinished(() => after.close());
    await after.call(`GET /v2/nvcf/functions/${secret}/versions`, { token });

    const { body } = await after.call('GET /_mock/requests');
    expect(body.requests).toHaveLength(1);
    expect(JSON.stringify(body)).not.toContain(secret);
  });
});

describe('a match', () => {
  it('finds a request by a secret at any place where it is hidden', async () => {
    const server = await testServer();
    const { secret } = await createSecret(server);
    const environment = [{ key: 'DB_PASSWORD', value: 'hunter2' }];
    const body = { name: secret, containerEnvironment: environment, more: JSON.stringify({ password: 'hunter2' }) };
    await server.call('POST /v2/nvcf/functions', { token, body });
    const count = async (match: object) =>
      (await server.call('POST /_mock/requests/verify', { body: { match: { body: match }, times: 1 } })).body.count;

    expect(await count({ name: secret })).toBe(1);
    expect(await count(body)).toBe(1);
    expect(await count({ containerEnvironment: [{ value: 'hunter2' }] })).toBe(1);
    expect(await count({ more: body.more })).toBe(1);
    expect(await count({ containerEnvironment: [{ value: 'hunter3' }] })).toBe(0);
  });
});

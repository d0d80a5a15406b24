import { describe, expect, it } from 'vitest';
import { nakManifest } from '../../../src/services/nak/manifest.ts';
import { asOwner, authorizationsFor, FUNCTIONS, OWNER, TASKS } from '../../support/nak.ts';
import { placeOf } from '../../support/nvcf-client.ts';
import { type TestServer, testServer } from '../../support/server.ts';

/** The default scopes of the client. */
const SCOPES = ['invoke_function', 'list_functions', 'queue_details', 'list_functions_details'];
const TASK_AUTHORIZATIONS = {
  policies: [
    {
      aud: TASKS,
      auds: [TASKS],
      product: 'nv-cloud-tasks',
      resources: [{ id: '*', type: 'account-tasks' }],
      scopes: [
        ...['launch_task', 'list_tasks', 'task_details', 'cancel_task', 'delete_task'],
        ...['list_events', 'list_results', 'update_secrets'],
      ],
    },
  ],
};

/** The headers with the owner of the keys of an issuer. */
function ownerHeadersOf(issuer: string): Record<string, string> {
  return asOwner(issuer === TASKS ? 'svc@nvct-api.local' : OWNER, issuer);
}

/**
 * The requests of `nvcf-cli`, as its published source sends them (NVIDIA/nvcf, fadc0f81: `cmd/init.go`, `cmd/apikey.go`,
 * `internal/apikeys/client.go`), with checks of the responses that it reads.
 */
class Cli {
  readonly #server: TestServer;
  /** `API_KEYS_HOST`, which replaces the `Host` header of requests to the key service. */
  readonly #host: Record<string, string>;
  token = '';

  constructor(server: TestServer, host?: string) {
    this.#server = server;
    this.#host = host === undefined ? {} : { host };
  }

  async init(): Promise<void> {
    const { status, body } = await this.#server.call('POST /v1/admin/keys', { body: {}, headers: this.#host });
    expect([200, 201]).toContain(status);
    expect(Date.parse(body.expires_at)).toBeGreaterThan(this.#server.clock.now());
    this.token = body.value;
  }

  /** `api-key generate --for function --validate`, or `--for task` */
  async generate(issuer = FUNCTIONS) {
    const authorization = `Bearer ${this.token}`;
    const { status, body } = await this.#server.call('POST /v1/keys', {
      headers: { ...ownerHeadersOf(issuer), authorization, ...this.#host },
      body: {
        description: 'nvcf-cli generated key',
        expires_at: '2026-01-16T12:00:00Z',
        audience_service_ids: [issuer],
        authorizations: issuer === TASKS ? TASK_AUTHORIZATIONS : authorizationsFor(SCOPES),
      },
    });
    expect([status, body.value]).toEqual([200, expect.stringMatching(/^nvapi-/)]);
    const validated = await this.#server.call('POST /v1/introspect', {
      headers: { 'key-issuer-service': 'nvcf-api', 'key-issuer-id': issuer, authorization, ...this.#host },
      body: { audience_service_id: issuer, key: body.value },
    });
    expect(validated.status).toBe(200);
    return body as { readonly id: string; readonly value: string };
  }

  async list(issuer = FUNCTIONS): Promise<readonly { id: string }[]> {
    const { body } = await this.#server.call('GET /v1/keys', {
      headers: { ...ownerHeadersOf(issuer), authorization: `Bearer ${this.token}`, ...this.#host },
    });
    for (const { created_at, expires_at } of body.keys) {
      for (const time of [created_at, expires_at]) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    return body.keys;
  }

  /** The single request of `revoke`; after a 404, `delete` sends a second request for the other issuer. */
  async revoke(id: string, issuer = FUNCTIONS): Promise<number> {
    const headers = { ...ownerHeadersOf(issuer), ...this.#host };
    return (await this.#server.call(`DELETE /v1/keys/${id}`, { headers })).status;
  }
}

describe.each([undefined, 'api-keys.localhost:6625'])('nvcf-cli, with the key service at the host %s', (host) => {
  it('gets a token, creates a function, and generates, uses and deletes keys', async () => {
    const server = await testServer({ nvcf: 'open-source' });
    const cli = new Cli(server, host);
    await cli.init();
    expect([await cli.list(), await cli.list(TASKS)]).toEqual([[], []]);
    const definition = { name: 'mine', inferenceUrl: '/echo', containerImage: 'nvcr.io/acme/mine:1' };
    expect((await server.call('POST /v2/nvcf/functions', { token: cli.token, body: definition })).status).toBe(200);

    const functionKey = await cli.generate();
    const taskKey = await cli.generate(TASKS);
    expect((await server.call('GET /v2/nvcf/functions', { token: functionKey.value })).status).toBe(200);
    const invoked = await server.call('POST /echo', {
      token: functionKey.value,
      headers: { accept: '*/*', host: `${placeOf('echo').functionId}.${invokeHostOf('http://127.0.0.1:6625')}` },
      body: { message: 'hello' },
    });
    expect([invoked.status, invoked.body]).toEqual([200, { message: 'hello' }]);
    // The example of `task create --input-file`.
    const gpuSpecification = { gpu: 'L40', instanceType: 'L40_1x' };
    const task = { name: 'mine', gpuSpecification, containerImage: 'mine:1', resultHandlingStrategy: 'NONE' };
    const { body: launched } = await server.call('POST /v1/nvct/tasks', { token: taskKey.value, body: task });
    const { body: tasks } = await server.call('GET /v1/nvct/tasks?limit=100', { token: taskKey.value });
    expect(tasks.tasks).toContainEqual(launched.task);
    const refused = await server.call('GET /v2/nvcf/functions', { token: taskKey.value });
    expect([refused.status, refused.decision.reason]).toEqual([403, 'service_not_enabled']);
    expect((await cli.list(TASKS)).map(({ id }) => id)).toEqual([taskKey.id]);
    expect((await cli.list()).map(({ id }) => id)).toEqual([functionKey.id]);

    expect(await cli.revoke(taskKey.id)).toBe(404);
    expect(await cli.revoke(taskKey.id, TASKS)).toBe(204);
    for (const { id } of await cli.list()) expect(await cli.revoke(id)).toBe(204);
    expect(await cli.list()).toEqual([]);
    expect((await server.call('GET /v2/nvcf/functions', { token: functionKey.value })).status).toBe(403);
  });
});

/** `INVOKE_HOST` as `nv-auth-mock env` prints it for this URL. */
function invokeHostOf(url: string): string | undefined {
  return nakManifest.variables.find(({ name }) => name === 'INVOKE_HOST')?.readValue(undefined, url);
}

it.each([
  ['http://127.0.0.1:6625', 'invocation.localhost'],
  ['http://[::1]:6625', 'invocation.localhost'],
  ['http://localhost:6625/w/alice', 'invocation.alice.localhost'],
  ['http://alice.localhost:6625', 'invocation.alice.localhost'],
  ['https://mock.example.com', 'invocation.mock.example.com'],
])('for %s, INVOKE_HOST is %s', (url, host) => {
  expect(invokeHostOf(url)).toBe(host);
});

it('a world has its key service at its own host name', async () => {
  const server = await testServer({ nvcf: 'open-source' });
  await server.call('POST /_mock/worlds', { body: { id: 'alice' } });
  const cli = new Cli(server, 'api-keys.alice.localhost');
  await cli.init();
  const { id } = await cli.generate();

  expect((await new Cli(server).list()).map((key) => key.id)).not.toContain(id);
  expect((await server.call('GET /v2/nvcf/functions', { token: cli.token })).status).toBe(200);
  const { body } = await server.call('GET /w/alice/_mock/requests');
  expect(body.requests.map(({ operation }: { operation: string }) => operation)).toEqual([
    'listFunctions',
    'introspectApiKey',
    'createApiKey',
    'createAdminToken',
  ]);
});

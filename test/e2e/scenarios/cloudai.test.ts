/** The REST client of NVIDIA/cloudai (`runai_rest_client.py`, commit 1b7b78c), with the calls of Python's requests. */

import { describe, expect, it } from 'vitest';
import { admin, application } from '../../support/cast.ts';
import { listHints } from '../../support/hints.ts';
import { overHttp } from '../../support/over-http.ts';
import { CLUSTER } from '../../support/runai.ts';
import { testServer } from '../../support/server.ts';

/** The client removes a trailing slash from its URL. */
const BASE = 'http://localhost:6625/'.replace(/\/+$/, '');

/** The headers that requests adds to every call. */
const REQUESTS = {
  'user-agent': 'python-requests/2.34.2',
  'accept-encoding': 'gzip, deflate',
  accept: '*/*',
  connection: 'keep-alive',
};

/** Serializes like `json.dumps`. */
function dumps(body: Readonly<Record<string, string>>): string {
  const members = Object.entries(body).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{${members.join(', ')}}`;
}

async function createClient(runai: '2.19' | '2.24' | '2.25' | '2.26' | '3.0') {
  const server = await testServer({ runai }, {}, overHttp);
  /** Logs in like the constructor, which only supports a token of an application. */
  const logIn = (AppId: string, AppSecret: string) =>
    server.call(`POST ${BASE}/api/v1/token`, {
      headers: { ...REQUESTS, 'content-type': 'application/json' },
      body: dumps({ grantType: 'app_token', AppId, AppSecret }),
    });
  /** Sends a request like `_request`: with the same headers for every call, even without a body. */
  const send = (token: string, request: string, body?: Readonly<Record<string, string>>) => {
    const [method, path] = request.split(' ');
    const isEmpty = body === undefined && method !== 'GET';
    return server.call(`${method} ${BASE}${path}`, {
      headers: {
        ...REQUESTS,
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...(isEmpty && { 'content-length': '0' }),
      },
      ...(body !== undefined && { body: dumps(body) }),
    });
  };
  return { server, logIn, send };
}

const READS = ['/api/v1/clusters', `/api/v1/clusters/${CLUSTER}`, '/api/v1/org-unit/projects', '/api/v1/workloads'];

describe.each(['2.19', '2.24', '2.25', '2.26'] as const)('cloudai at Run:ai %s', async (runai) => {
  const { server, logIn, send } = await createClient(runai);
  const { status, body } = await logIn(application.clientId, application.secret);
  const token: string = body.accessToken;

  it('gets a token as an application', () => {
    expect([status, typeof token]).toEqual([200, 'string']);
  });

  it.each(READS)('reads GET %s', async (path) => {
    expect((await send(token, `GET ${path}`)).status).toBe(200);
  });

  it('causes no hint', async () => {
    const hints = await listHints(server);
    const { requests } = (await server.call('GET /_mock/requests')).body;

    expect(hints).toEqual([]);
    expect(requests.flatMap(({ hints }: { hints: readonly unknown[] }) => hints)).toEqual([]);
  });

  it('does not renew its token: an expired one is rejected with 401', async () => {
    await server.call('POST /_mock/clock/advance', { body: { by: '61m' } });
    const refused = await send(token, 'GET /api/v1/clusters');

    expect([refused.status, refused.decision.reason]).toEqual([401, 'expired_token']);
  });

  it('gets 400 for a wrong secret', async () => {
    const refused = await logIn(application.clientId, 'wrong');

    expect([refused.status, refused.decision.reason]).toEqual([400, 'wrong_secret']);
  });
});

describe.each(['2.24', '2.25', '2.26'] as const)('the user applications of cloudai at Run:ai %s', async (runai) => {
  const { logIn, send } = await createClient(runai);

  it('are created, read, given a new secret and deleted', async () => {
    const { clientId, clientSecret } = admin.accessKey;
    const token: string = (await logIn(clientId, clientSecret)).body.accessToken;
    const path = '/api/v1/user-applications';
    const made = await send(token, `POST ${path}`, { name: 'cloudai' });
    const { id } = made.body;
    const [listed, read] = [await send(token, `GET ${path}`), await send(token, `GET ${path}/${id}`)];
    const renewed = await send(token, `POST ${path}/${id}/secret`);
    const again = await logIn(made.body.clientId, renewed.body.clientSecret);
    const removed = await send(token, `DELETE ${path}/${id}`);

    expect([made.status, listed.status, read.status, renewed.status]).toEqual([201, 200, 200, 200]);
    expect(listed.body.map(({ name }: { name: string }) => name)).toContain('cloudai');
    expect([again.status, removed.status]).toEqual([200, 204]);
  });
});

describe('cloudai at Run:ai 3.0', async () => {
  const { server, logIn, send } = await createClient('3.0');

  it('is rejected with the remaining grants in the body and a hint about the replacement', async () => {
    const { status, body, headers } = await logIn(application.clientId, application.secret);

    expect([status, body.code]).toEqual([400, 400]);
    expect(JSON.stringify(body)).toContain('must be one of `client_credentials`, `refresh_token`');
    expect(headers['x-mock-hint']).toContain('3.0 removed the grant `app_token`');
    expect(headers['x-mock-hint']).toContain('of an access key or a service account');
  });

  it.each([
    ['GET /api/v1/user-applications', 'use its replacement, `GET /api/v1/access-keys`'],
    [`GET /api/v1/clusters/${CLUSTER}/nodes`, '3.0 removed this operation (GET)'],
  ])('gets a hint for %s, if it has a token', async (request, hint) => {
    const token = await server.tokenOf(admin);
    const answer = await send(token, request);

    expect([answer.status, answer.headers['x-mock-hint']]).toEqual([404, expect.stringContaining(hint)]);
  });
});

/** The REST client of NVIDIA/cloudai (`runai_rest_client.py`, commit 1b7b78c), with the calls of Python's requests. */

import { describe, expect, it } from 'vitest';
import { application } from '../../support/cast.ts';
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

async function createClient(runai: '2.19' | '2.24' | '2.25' | '2.26') {
  const server = await testServer({ runai }, {}, overHttp);
  /** Logs in like the constructor, which only supports a token of an application. */
  const logIn = (AppId: string, AppSecret: string) =>
    server.call(`POST ${BASE}/api/v1/token`, {
      headers: { ...REQUESTS, 'content-type': 'application/json' },
      body: dumps({ grantType: 'app_token', AppId, AppSecret }),
    });
  /** Reads like `_request`: with the same headers for every call, even without a body. */
  const send = (token: string, path: string) =>
    server.call(`GET ${BASE}${path}`, {
      headers: {
        ...REQUESTS,
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
      },
    });
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
    expect((await send(token, path)).status).toBe(200);
  });

  it('causes no hint', async () => {
    const hints = await listHints(server);
    const { requests } = (await server.call('GET /_mock/requests')).body;

    expect(hints).toEqual([]);
    expect(requests.flatMap(({ hints }: { hints: readonly unknown[] }) => hints)).toEqual([]);
  });
});

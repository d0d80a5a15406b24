import { describe, expect, it } from 'vitest';
import { ACME, expectGateway, FULL, GLOBEX, mediaTypeOf, NOBODY, nvcfServer } from '../../support/nvcf-client.ts';
import { trustedServer } from '../../support/trusted-issuer.ts';

const QUOTA = 'GET /v2/orgs/acme/ngc/nvcf/gpu/quota/rules';
const AVAILABLE = 'GET /v3/orgs/acme/ngc/nvcf/deployments/available/instanceTypes';
const ALL = 'GET /v3/orgs/acme/ngc/nvcf/deployments/instanceTypes';

const server = await nvcfServer();
const { acme, globex } = server;
const head = { statusCode: 'SUCCESS', requestId: expect.stringMatching(/\w/), serverId: expect.stringMatching(/\w/) };

describe('cluster groups', () => {
  it('are returned for the account of the key', async () => {
    const { status, body } = await acme('GET clusterGroups');

    expect(status).toBe(200);
    expect(body).toEqual({
      clusterGroups: [
        {
          id: expect.any(String),
          name: 'acme-clusters',
          ncaId: ACME,
          authorizedNcaIds: [],
          gpus: [
            {
              name: 'L40S',
              instanceTypes: [{ name: 'MOCK.GPU.L40S_1x', description: 'one L40S', default: true }],
            },
          ],
          clusters: [{ id: expect.any(String), name: 'acme-1', k8sVersion: '1.31' }],
        },
      ],
    });
    expect((await globex('GET clusterGroups')).body).toEqual({ clusterGroups: [] });
  });
});

describe('the NGC gateway', () => {
  it('returns the GPU quota', async () => {
    const answer = await acme(QUOTA);

    expect(answer.status).toBe(200);
    expect(mediaTypeOf(answer)).toBe('application/json');
    expect(answer.body).toEqual({
      requestStatus: head,
      gpus: [{ name: 'L40S', clusters: [{ names: ['acme-1'], limit: 8 }] }],
    });
  });

  const l40s = { name: 'MOCK.GPU.L40S_1x', gpu: 'L40S', region: 'us-west-1', gpuCount: 1, available: 6 };
  const h100 = { name: 'MOCK.GPU.H100_8x', gpu: 'H100', region: 'us-west-1', gpuCount: 8, available: 0 };

  it('returns all instance types', async () => {
    const { status, body } = await acme(ALL);

    expect(status).toBe(200);
    expect(body).toEqual({
      requestStatus: head,
      instanceTypes: [expect.objectContaining(l40s), expect.objectContaining(h100)],
    });
    for (const instanceType of body.instanceTypes) expect(instanceType).not.toHaveProperty('org');
  });

  it.each([
    ['', ['L40S']],
    ['?gpus=H100,L40S', ['L40S']],
    ['?gpus=H100', []],
    ['?regions=eu-1', []],
    ['?gpus=L40S&regions=us-west-1', ['L40S']],
    ['?gpus=L40S&regions=eu-1', []],
  ])('returns the available instance types filtered by `%s`', async (query, gpus) => {
    const { status, body } = await acme(`${AVAILABLE}${query}`);

    expect(status).toBe(200);
    expect(body.requestStatus).toEqual(head);
    expect(body.instanceTypes.map(({ gpu }: { gpu: string }) => gpu)).toEqual(gpus);
  });

  it('rejects a repeated filter', async () => {
    expectGateway(
      await acme(`${AVAILABLE}?gpus=L40S&gpus=H100`),
      400,
      'INVALID_REQUEST',
      expect.stringContaining('gpus'),
    );
  });

  it.each([QUOTA, AVAILABLE, ALL])(
    'rejects a key of another organisation in its own error format: %s',
    async (request) => {
      const foreign = await globex(request);

      expectGateway(foreign, 403, 'FORBIDDEN', 'Access Denied');
      expect(foreign.decision).toMatchObject({ effect: 'deny', reason: 'other_organization' });
    },
  );
});

it('GET /health requires no key, and other methods are rejected with 405', async () => {
  for (const parts of [{}, { token: FULL }, { token: 'garbage' }]) {
    const { status, body } = await server.call('GET /health', parts);
    expect({ status, body }).toEqual({ status: 200, body: { status: 'UP' } });
  }
  expect((await server.call('HEAD /health')).status).toBe(200);
  expect((await server.call('POST /health')).status).toBe(405);
});

describe('instance and cluster management', () => {
  const groups = [
    {
      org: 'globex',
      id: NOBODY,
      name: 'globex-clusters',
      ncaId: GLOBEX,
      authorizedNcaIds: [ACME],
      clusters: [{ id: 'c-1', name: 'globex-1', k8sVersion: '1.32' }],
    },
  ];
  const seed = { extends: 'builtin', nvcf: { clusterGroups: groups } };

  it.each(['/v1/accounts', '/v1/si/accounts'])('lists the clusters of an account below %s', async (prefix) => {
    const { call } = await trustedServer({}, { seed });
    for (const scope of ['cluster-management', 'read:cluster-management']) {
      const { status, body } = await call(`GET ${prefix}/${ACME}/clusters`, [scope]);
      expect(status).toBe(200);
      expect(body).toMatchObject([{ clusterName: 'acme-1', clusterGroupName: 'acme-clusters', ncaId: ACME }]);
    }
    const withAuthorized = await call(`GET ${prefix}/${ACME}/clusters?includeAuthorizedClusters=true`, [
      'cluster-management',
    ]);
    expect(withAuthorized.body.map(({ clusterName }: { clusterName: string }) => clusterName)).toEqual([
      'acme-1',
      'globex-1',
    ]);
    expect((await call(`GET ${prefix}/nca-nobody/clusters`, ['cluster-management'])).body).toEqual([]);
  });

  it('accepts the token of an administrator for clusters of any account, but not for cluster groups', async () => {
    const { server: trusted } = await trustedServer({}, { seed });
    const token = (await trusted.call('POST /v1/admin/keys')).body.value;

    expect((await trusted.call(`GET /v1/accounts/${GLOBEX}/clusters`, { token })).body).toHaveLength(1);
    const { status, body } = await trusted.call(`GET /v1/si/accounts/${ACME}/clusterGroups`, { token });
    expect([status, body]).toEqual([403, { error: 'Access Denied' }]);
  });

  it('lists cluster groups only below /v1/si', async () => {
    const { call } = await trustedServer({}, { seed });
    const path = `/v1/si/accounts/${ACME}/clusterGroups`;
    for (const use of ['', '?instanceTypeUsage=', '?instanceTypeUsage=DEFAULT', '?instanceTypeUsage=CONTAINER']) {
      const { status, body } = await call(`GET ${path}${use}`, ['cluster_listing']);
      expect([status, body.clusterGroups.length]).toEqual([200, 1]);
    }
    const invalid = await call(`GET ${path}?instanceTypeUsage=VM`, ['cluster_listing']);
    expect([invalid.status, invalid.body]).toEqual([
      400,
      { error: 'Invalid VM value for instanceTypeUsage provided, expected values: DEFAULT | CONTAINER' },
    ]);
    expect((await call(`GET /v1/accounts/${ACME}/clusterGroups`, ['cluster_listing'])).status).toBe(404);
  });

  it('rejects an invalid token with 401, and an invalid parameter with 400 in its own format', async () => {
    const { server: trusted, call } = await trustedServer();
    const { status, body, headers } = await trusted.call(`GET /v1/accounts/${ACME}/clusters`, { token: 'abc' });
    expect([status, body]).toEqual([401, undefined]);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);

    const invalid = await call(`GET /v1/accounts/${ACME}/clusters?includeAuthorizedClusters=x`, ['cluster-management']);
    expect([invalid.status, Object.keys(invalid.body)]).toEqual([400, ['error']]);
  });
});

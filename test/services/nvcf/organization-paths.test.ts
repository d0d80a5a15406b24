import { describe, expect, it } from 'vitest';
import {
  DEFINITION,
  expectInvalid,
  expectProblem,
  expectUntyped,
  inPath,
  NOBODY,
  nvcfServer,
  placeOf,
  SPECIFICATION,
} from '../../support/nvcf-client.ts';
import type { Answer } from '../../support/server.ts';

const [echo, hidden] = [placeOf('echo'), placeOf('private')];
const server = await nvcfServer();
const { acme, globex } = server;

/** At least one operation of every group, with both accepted and rejected requests. */
const CALLS: [request: string, body?: unknown][] = [
  ['GET functions'],
  ['GET functions?visibility=private'],
  ['GET functions?visibility=nonsense'],
  ['GET functions/ids'],
  [`GET functions/${echo.functionId}/versions`],
  [`GET ${inPath(echo)}`],
  [`GET ${inPath(hidden)}`],
  [`GET functions/x/versions`],
  ['POST functions', { name: '-' }],
  ['POST functions', '{'],
  ['POST functions', { ...DEFINITION, containerImage: undefined }],
  [`PUT ${inPath(echo)}`, { tags: ['same'] }],
  [`PUT metadata/${inPath(echo)}`, { tags: ['same'] }],
  [`PUT ratelimit/${inPath(echo)}`, { rateLimit: { rateLimit: '1-S' } }],
  [`DELETE ratelimit/${inPath(echo)}`],
  [`DELETE functions/${NOBODY}/versions/${NOBODY}`],
  [`GET deployments/${inPath(echo)}`],
  [`POST deployments/${inPath(echo)}`, { deploymentSpecifications: [SPECIFICATION] }],
  [`GET deployments/${NOBODY}`],
  [`POST pexec/functions/${echo.functionId}`, { hello: 1 }],
  [`POST pexec/${inPath(hidden)}`, {}],
  [`GET pexec/status/${NOBODY}`],
  [`POST exec/functions/${hidden.functionId}`, {}],
  [`GET queues/functions/${echo.functionId}`],
  [`GET queues/${NOBODY}/position`],
  [`GET authorizations/functions/${echo.functionId}`],
  [`PATCH authorizations/${inPath(echo)}/add`, { authorizedParty: { ncaId: 'a' } }],
  [`PUT secrets/${inPath(echo)}`, { secrets: [{ name: 'a' }] }],
  [`PUT secrets/telemetries/${NOBODY}`, { secret: { name: 'a', value: 'b' } }],
  ['GET registry-credentials'],
  ['GET recognized-registries'],
  ['GET telemetries'],
  ['GET clusterGroups'],
  ['GET assets'],
  [`GET assets/${NOBODY}`],
  ['POST tokens/functions', {}],
  ['HEAD functions'],
  ['DELETE functions'],
  ['GET nothing'],
];

const withOrg = (org: string, request: string) => request.replace(' ', ` /v2/orgs/${org}/nvcf/`);
/** Returns the parts of a response that do not depend on the path and are not random. */
function comparable({ status, headers, body }: Answer) {
  const names = ['content-type', 'allow', 'www-authenticate', 'nvcf-status', 'location'];
  return {
    status,
    headers: Object.fromEntries(names.map((name) => [name, headers[name]])),
    body: JSON.parse(JSON.stringify(body ?? null).replaceAll('/v2/orgs/acme/nvcf', '/v2/nvcf')),
  };
}

describe('paths of an organisation:', () => {
  it.each(CALLS)('%s has the same response', async (request, body) => {
    const plain = await acme(request, body);
    const prefixed = await acme(withOrg('acme', request), body);

    expect(comparable(prefixed)).toEqual(comparable(plain));
    if (prefixed.body?.instance !== undefined) expect(prefixed.body.instance).toMatch(/^\/v2\/orgs\/acme\/nvcf\//);
    expect({ ...prefixed.decision, id: 0 }).toEqual({ ...plain.decision, id: 0 });
  });

  // The truth table covers all operations.
  it.each(CALLS.filter(([request]) => /^(?:(?:GET|HEAD|POST) functions|GET assets\/.*)$/.test(request)))(
    '%s is forbidden for another organisation',
    async (request, body) => {
      for (const [caller, org] of [
        [acme, 'globex'],
        [acme, 'nobody'],
        [globex, 'acme'],
      ] as const) {
        const foreignRequest = withOrg(org, request);
        const answer = await caller(foreignRequest, body);

        if (request.startsWith('HEAD')) expect(answer.status).toBe(403);
        else expectProblem(answer, foreignRequest, 403, 'Access Denied');
        expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'other_organization' });
      }
    },
  );

  it('created objects are found at both paths', async () => {
    const created = await acme(withOrg('acme', 'POST functions'), DEFINITION);
    const place = { functionId: created.body.function.id, versionId: created.body.function.versionId };
    const deployed = await acme(withOrg('acme', `POST deployments/${inPath(place)}`), {
      deploymentSpecifications: [SPECIFICATION],
    });
    const asset = await acme(withOrg('acme', 'POST assets'), { contentType: 'text/plain', description: 'd' });

    expect([created.status, deployed.status, asset.status]).toEqual([200, 200, 200]);
    expect((await acme(`POST pexec/${inPath(place)}`, [1])).body).toEqual([1]);
    const { assetId } = asset.body;
    expect((await acme(withOrg('acme', `GET assets/${assetId}/content-redirect`))).status).toBe(302);
    expect((await acme(withOrg('acme', `DELETE assets/${assetId}`))).status).toBe(204);
    expect((await acme(withOrg('acme', `DELETE ${inPath(place)}`))).status).toBe(204);
    expect((await acme(`GET ${inPath(place)}`)).status).toBe(404);
  });

  it('decisions have the same operation', async () => {
    const { decision } = await acme(withOrg('acme', 'GET functions'));
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(body).toMatchObject({ operation: 'listFunctions', request: { path: '/v2/orgs/acme/nvcf/functions' } });
  });

  it('ids, content types and methods are checked with the same errors', async () => {
    const request = withOrg('acme', 'GET functions/x/versions');
    expectInvalid(await acme(request), request, 'functionId', 'uuid');
    const post = withOrg('acme', 'POST functions');
    expectUntyped(await acme(post, {}, { 'content-type': 'text/plain' }), post, 415, 'Unsupported Media Type');
    expectUntyped(
      await acme(withOrg('acme', 'DELETE functions')),
      withOrg('acme', 'DELETE functions'),
      405,
      'Method Not Allowed',
    );
  });

  it('paths of teams are not found', async () => {
    expect((await acme('GET /v2/orgs/acme/teams/one/nvcf/functions')).status).toBe(404);
  });
});

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

/** At least one operation of every group, some of which are refused. */
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

const below = (org: string, request: string) => request.replace(' ', ` /v2/orgs/${org}/nvcf/`);
/** What an answer says, but for the path it was asked at and what is drawn anew each time. */
function reported({ status, headers, body }: Answer) {
  const kept = ['content-type', 'allow', 'www-authenticate', 'nvcf-status', 'location'];
  return {
    status,
    headers: Object.fromEntries(kept.map((name) => [name, headers[name]])),
    body: JSON.parse(JSON.stringify(body ?? null).replaceAll('/v2/orgs/acme/nvcf', '/v2/nvcf')),
  };
}

describe('below an organisation', () => {
  it.each(CALLS)('%s is answered as without it', async (request, body) => {
    const plain = await acme(request, body);
    const twin = await acme(below('acme', request), body);

    expect(reported(twin)).toEqual(reported(plain));
    if (twin.body?.instance !== undefined) expect(twin.body.instance).toMatch(/^\/v2\/orgs\/acme\/nvcf\//);
    expect({ ...twin.decision, id: 0 }).toEqual({ ...plain.decision, id: 0 });
  });

  // The truth table has every operation.
  it.each(CALLS.filter(([request]) => /^(?:(?:GET|HEAD|POST) functions|GET assets\/.*)$/.test(request)))(
    '%s of another organisation is forbidden',
    async (request, body) => {
      for (const [caller, org] of [
        [acme, 'globex'],
        [acme, 'nobody'],
        [globex, 'acme'],
      ] as const) {
        const there = below(org, request);
        const answer = await caller(there, body);

        if (request.startsWith('HEAD')) expect(answer.status).toBe(403);
        else expectProblem(answer, there, 403, 'Access Denied');
        expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'other_organization' });
      }
    },
  );

  it('what is made under one path is found under the other', async () => {
    const made = await acme(below('acme', 'POST functions'), DEFINITION);
    const place = { functionId: made.body.function.id, versionId: made.body.function.versionId };
    const deployed = await acme(below('acme', `POST deployments/${inPath(place)}`), {
      deploymentSpecifications: [SPECIFICATION],
    });
    const asset = await acme(below('acme', 'POST assets'), { contentType: 'text/plain', description: 'd' });

    expect([made.status, deployed.status, asset.status]).toEqual([200, 200, 200]);
    expect((await acme(`POST pexec/${inPath(place)}`, [1])).body).toEqual([1]);
    const { assetId } = asset.body;
    expect((await acme(below('acme', `GET assets/${assetId}/content-redirect`))).status).toBe(302);
    expect((await acme(below('acme', `DELETE assets/${assetId}`))).status).toBe(204);
    expect((await acme(below('acme', `DELETE ${inPath(place)}`))).status).toBe(204);
    expect((await acme(`GET ${inPath(place)}`)).status).toBe(404);
  });

  it('decisions name the operation as without it', async () => {
    const { decision } = await acme(below('acme', 'GET functions'));
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(body).toMatchObject({ operation: 'listFunctions', request: { path: '/v2/orgs/acme/nvcf/functions' } });
  });

  it('ids and bodies are checked in the same words', async () => {
    const request = below('acme', 'GET functions/x/versions');
    expectInvalid(await acme(request), request, 'functionId', 'uuid');
    const wrong = below('acme', 'POST functions');
    expectUntyped(await acme(wrong, {}, { 'content-type': 'text/plain' }), wrong, 415, 'Unsupported Media Type');
    expectUntyped(
      await acme(below('acme', 'DELETE functions')),
      below('acme', 'DELETE functions'),
      405,
      'Method Not Allowed',
    );
  });

  it('teams have no paths of their own', async () => {
    expect((await acme('GET /v2/orgs/acme/teams/one/nvcf/functions')).status).toBe(404);
  });
});

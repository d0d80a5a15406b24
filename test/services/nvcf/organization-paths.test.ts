import { describe, expect, it } from 'vitest';
import { DEFINITION, inPath, NOBODY, nvcfServer, placeOf, SPECIFICATION } from '../../support/nvcf-client.ts';
import type { Answer } from '../../support/server.ts';

const [echo, hidden] = [placeOf('echo'), placeOf('private')];
const server = await nvcfServer();
const { acme } = server;

/** At least one operation of every group, with both accepted and rejected requests. */
const CALLS: [request: string, body?: unknown][] = [
  ['GET functions'],
  ['GET functions?visibility=nonsense'],
  [`GET ${inPath(echo)}`],
  [`GET ${inPath(hidden)}`],
  [`GET functions/x/versions`],
  ['POST functions', '{'],
  [`PUT ${inPath(echo)}`, { tags: ['same'] }],
  [`DELETE functions/${NOBODY}/versions/${NOBODY}`],
  [`POST deployments/${inPath(echo)}`, { deploymentSpecifications: [SPECIFICATION] }],
  [`POST pexec/functions/${echo.functionId}`, { hello: 1 }],
  [`GET pexec/status/${NOBODY}`],
  [`GET authorizations/functions/${echo.functionId}`],
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

  it('paths of teams are not found', async () => {
    expect((await acme('GET /v2/orgs/acme/teams/one/nvcf/functions')).status).toBe(404);
  });
});

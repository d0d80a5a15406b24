import { describe, expect, it } from 'vitest';
import { inPath, NOBODY, nvcfServer, placeOf, SPECIFICATION } from '../../support/nvcf-client.ts';
import type { Answer } from '../../support/server.ts';

const [echo, hidden] = [placeOf('echo'), placeOf('private')];
const server = await nvcfServer();
const { acme } = server;

/** Requests other than those of the truth table, accepted and rejected. */
const CALLS: [request: string, body?: unknown][] = [
  [`GET ${inPath(hidden)}`],
  ['POST functions', '{'],
  [`PUT ${inPath(echo)}`, { tags: ['same'] }],
  [`DELETE functions/${NOBODY}/versions/${NOBODY}`],
  [`POST deployments/${inPath(echo)}`, { deploymentSpecifications: [SPECIFICATION] }],
  [`POST pexec/functions/${echo.functionId}`, { hello: 1 }],
  [`GET pexec/status/${NOBODY}`],
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

  it('paths of teams are not found', async () => {
    expect((await acme('GET /v2/orgs/acme/teams/one/nvcf/functions')).status).toBe(404);
  });
});

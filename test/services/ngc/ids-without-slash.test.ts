/** The id of a function without `/*` in the form of the vendors: the published code finds nothing behind the slash. */
import { describe, expect, it } from 'vitest';
import { authorizationsFor, createKey, FUNCTIONS } from '../../support/nak.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const ECHO = castFunction('echo')[0]?.functionId ?? '';
const owner = castKey('owner').key;

const policiesWith = (id: string) => [
  { product: 'nv-cloud-functions', scopes: ['invoke_function'], resources: [{ id, type: 'function' }] },
];
const invoke = (server: TestServer, token: string) =>
  server.call(`POST /v2/nvcf/pexec/functions/${ECHO}`, { token, body: {} });
const warningsOf = async (server: TestServer): Promise<string[]> => {
  const { findings } = (await server.call('GET /_mock/findings')).body;
  return findings
    .filter(({ kind }: { kind: string }) => kind === 'useless_key')
    .map(({ message }: { message: string }) => message);
};
const WITHOUT_EFFECT = new RegExp(
  `names \`${ECHO}\` without effect: this id needs \`/\\*\` behind, as in \`${ECHO}/\\*\``,
);

describe('the id of a function without `/*`', () => {
  it.each(['documented', 'open-source'] as const)('opens nothing in a policy of NGC, %s', async (nvcf) => {
    const server = await testServer({ nvcf });
    const order = (id: string) => ({ name: 'ci', expiryDate: '2026-02-01T00:00:00Z', policies: policiesWith(id) });
    const make = async (id: string) =>
      (await server.call('POST /v3/orgs/acme/keys/type/SERVICE_KEY', { token: owner, body: order(id) })).body.apiKey;
    const [bare, whole] = [await make(ECHO), await make(`${ECHO}/*`)];

    expect(bare.policies).toEqual(policiesWith(ECHO));
    expect((await invoke(server, whole.value)).status).toBe(200);
    const refused = await invoke(server, bare.value);
    expect([refused.status, refused.decision.reason]).toEqual([403, 'resource_mismatch']);
    expect(await warningsOf(server)).toEqual([expect.stringMatching(WITHOUT_EFFECT)]);
    const { body } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);
    const fix = body.fixes.find(({ request }: { request: { body: { resource: { type: string } } } }) => {
      return request.body.resource.type === 'Function';
    });
    expect(fix.request.body.resource).toEqual({ type: 'Function', ids: [ECHO] });
    await server.call(`${fix.request.method} ${fix.request.path}`, { body: fix.request.body });
    expect((await invoke(server, bare.value)).status).toBe(200);
  });

  it('opens nothing in a key of the key service, and is shown as it was sent', async () => {
    const server = await testServer({ nvcf: 'open-source' });
    const [policy] = authorizationsFor(['invoke_function']).policies;
    const authorizationsWith = (id: string) => ({ policies: [{ ...policy, resources: [{ id, type: 'function' }] }] });
    const make = async (id: string) => (await createKey(server, { authorizations: authorizationsWith(id) })).body;
    const [bare, whole] = [await make(ECHO), await make(`${ECHO}/*`)];

    expect(bare.authorizations).toEqual(authorizationsWith(ECHO));
    expect((await invoke(server, whole.value)).status).toBe(200);
    expect((await invoke(server, bare.value)).status).toBe(403);
    expect(await warningsOf(server)).toEqual([expect.stringMatching(WITHOUT_EFFECT)]);
    const { body } = await server.call('POST /v1/introspect', {
      body: { audience_service_id: FUNCTIONS, key: bare.value },
    });
    expect(body.authorizations).toEqual(authorizationsWith(ECHO));
  });

  it('opens nothing in a seed that holds the type as the vendors spell it, and does with the type of the mock', async () => {
    const key = (name: string, type: string, id: string) => ({
      ...{ name, org: 'acme', type: 'service', services: ['nvcf'], scopes: ['invoke_function'] },
      resource: { type, ids: [id] },
    });
    const keys = [key('bare', 'function', ECHO), key('whole', 'function', `${ECHO}/*`), key('own', 'Function', ECHO)];
    const server = await testServer();
    const { body: world } = await server.call('POST /_mock/worlds', {
      body: { seed: { extends: 'builtin', ngc: { keys } } },
    });
    const textOf = (name: string) => world.cast.ngc.keys.find((one: { name: string }) => one.name === name).key;
    const statusOf = async (name: string) =>
      (await server.call(`POST /w/${world.id}/v2/nvcf/pexec/functions/${ECHO}`, { token: textOf(name), body: {} }))
        .status;

    expect([await statusOf('bare'), await statusOf('whole'), await statusOf('own')]).toEqual([403, 200, 200]);
    const { findings } = (await server.call(`GET /w/${world.id}/_mock/findings`)).body;
    expect(findings).toContainEqual(expect.objectContaining({ message: expect.stringMatching(WITHOUT_EFFECT) }));
  });

  it('opens the function in the control API, whose ids are the whole function', async () => {
    const server = await testServer();
    const { body } = await server.call('POST /_mock/keys', {
      body: {
        ...{ name: 'ci', type: 'service', services: ['nvcf'], scopes: ['invoke_function'] },
        resource: { type: 'Function', ids: [ECHO] },
      },
    });
    expect((await invoke(server, body.key)).status).toBe(200);
    expect(body).not.toHaveProperty('warnings');
  });
});

/**
 * Ids of functions that the published code drops (`ApiKeyValidationResult.allAllowedFunctions`): everything after the
 * first slash must be `*` or a UUID.
 */

import { describe, expect, it } from 'vitest';
import { listHints } from '../../support/hints.ts';
import { authorizationsFor, createKey, FUNCTIONS } from '../../support/nak.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { resetTestServer, type TestServer, testServer } from '../../support/server.ts';

const servers = {
  documented: await testServer(),
  'open-source': await testServer({ nvcf: 'open-source' }),
};

const [echo] = castFunction('echo');
const ECHO = echo?.functionId ?? '';
const VERSION = `${ECHO}/${echo?.versionId}`;
const owner = castKey('owner').key;

const policiesWith = (id: string) => [
  { product: 'nv-cloud-functions', scopes: ['invoke_function'], resources: [{ id, type: 'function' }] },
];
/** Creates a service key through the API of NGC. */
const createThroughNgc = async (server: TestServer, policies: readonly object[]) => {
  const body = { name: 'ci', expiryDate: '2026-02-01T00:00:00Z', policies };
  return (await server.call('POST /v3/orgs/acme/keys/type/SERVICE_KEY', { token: owner, body })).body.apiKey;
};
const invoke = (server: TestServer, token: string) =>
  server.call(`POST /v2/nvcf/pexec/functions/${ECHO}`, { token, body: {} });
const warningsOf = async (server: TestServer): Promise<string[]> => {
  const hints = await listHints(server);
  return hints
    .filter(({ code }: { code: string }) => ['useless_key', 'limited_key'].includes(code))
    .map(({ text }: { text: string }) => text);
};
const WITHOUT_EFFECT = new RegExp(`names \`${ECHO}\` without effect: .*\\. Did you mean \`${ECHO}/\\*\`\\?$`);

describe('the id of a function without `/*`', () => {
  it.each(['documented', 'open-source'] as const)('has no effect in a policy of NGC, %s', async (nvcf) => {
    const server = await resetTestServer(servers[nvcf]);
    const bare = await createThroughNgc(server, policiesWith(ECHO));
    const whole = await createThroughNgc(server, policiesWith(`${ECHO}/*`));

    expect(bare.policies).toEqual(policiesWith(ECHO));
    expect((await invoke(server, whole.value)).status).toBe(200);
    const refused = await invoke(server, bare.value);
    expect([refused.status, refused.decision.reason]).toEqual([403, 'resource_mismatch']);
    expect(await warningsOf(server)).toEqual([expect.stringMatching(WITHOUT_EFFECT)]);
    const { body } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);
    expect(body.explanation).toContain(`is bound to \`Function (without effect: ${ECHO})\``);
    const fix = body.fixes.find(({ request }: { request: { body: { resource: { type: string } } } }) => {
      return request.body.resource.type === 'Function';
    });
    expect(fix.request.body.resource).toEqual({ type: 'Function', ids: [ECHO] });
    await server.call(`${fix.request.method} ${fix.request.path}`, { body: fix.request.body });
    expect((await invoke(server, bare.value)).status).toBe(200);
  });

  it('has no effect in a key of the key service, and is returned unchanged', async () => {
    const server = await resetTestServer(servers['open-source']);
    const [policy] = authorizationsFor(['invoke_function']).policies;
    const authorizationsWith = (id: string) => ({ policies: [{ ...policy, resources: [{ id, type: 'function' }] }] });
    const create = async (id: string) => (await createKey(server, { authorizations: authorizationsWith(id) })).body;
    const [bare, whole] = [await create(ECHO), await create(`${ECHO}/*`)];

    expect(bare.authorizations).toEqual(authorizationsWith(ECHO));
    expect((await invoke(server, whole.value)).status).toBe(200);
    expect((await invoke(server, bare.value)).status).toBe(403);
    expect(await warningsOf(server)).toEqual([expect.stringMatching(WITHOUT_EFFECT)]);
    const { body } = await server.call('POST /v1/introspect', {
      body: { audience_service_id: FUNCTIONS, key: bare.value },
    });
    expect(body.authorizations).toEqual(authorizationsWith(ECHO));
  });

  it("has no effect in a seed with a type in NGC's format, unlike a type of the mock", async () => {
    const createSeedKey = (name: string, type: string, id: string) => ({
      name,
      org: 'acme',
      type: 'service',
      services: ['nvcf'],
      scopes: ['invoke_function'],
      resource: { type, ids: [id] },
    });
    const keys = [
      createSeedKey('bare', 'function', ECHO),
      createSeedKey('whole', 'function', `${ECHO}/*`),
      createSeedKey('own', 'Function', ECHO),
    ];
    const server = await resetTestServer(servers.documented);
    const { body: world } = await server.call('POST /_mock/worlds', {
      body: { seed: { extends: 'builtin', ngc: { keys } } },
    });
    const textOf = (name: string) => world.cast.ngc.keys.find((key: { name: string }) => key.name === name).key;
    const statusOf = async (name: string) =>
      (await server.call(`POST /w/${world.id}/v2/nvcf/pexec/functions/${ECHO}`, { token: textOf(name), body: {} }))
        .status;

    expect([await statusOf('bare'), await statusOf('whole'), await statusOf('own')]).toEqual([403, 200, 200]);
  });
});

describe('an id that the published code drops', () => {
  const FORMS = 'ids of type `function` have the form `<functionId>/*` or `<functionId>/<versionId>`, with UUIDs.';
  const cases: [id: string, suggestion: string | null][] = [
    [ECHO, `${ECHO}/*`],
    [`${ECHO}/`, `${ECHO}/*`],
    [`${VERSION}/*`, VERSION],
    ['/', null],
    ['echo/*', null],
    [`${ECHO}/1`, null],
  ];

  it.each(cases)(
    'has no effect, is returned unchanged, and the warning suggests a valid id: %s',
    async (id, suggestion) => {
      const server = await resetTestServer(servers['open-source']);
      const apiKey = await createThroughNgc(server, policiesWith(id));

      expect(apiKey.policies).toEqual(policiesWith(id));
      const [functionId, versionId] = VERSION.split('/');
      for (const path of [
        `/v2/nvcf/pexec/functions/${functionId}`,
        `/v2/nvcf/pexec/functions/${functionId}/versions/${versionId}`,
      ]) {
        expect((await server.call(`POST ${path}`, { token: apiKey.value, body: {} })).status).toBe(403);
      }
      const question = suggestion === null ? '' : ` Did you mean \`${suggestion}\`?`;
      expect(await warningsOf(server)).toEqual([`The key \`ci\` names \`${id}\` without effect: ${FORMS}${question}`]);
      const { policy } = (await server.call(`GET /_mock/keys/${apiKey.keyId}`)).body;
      expect(policy.resource).toEqual({ type: 'Function', ignoredIds: [id] });
    },
  );

  it('does not affect the other ids of the policy', async () => {
    const server = await resetTestServer(servers.documented);
    const resources = [`${ECHO}/*`, VERSION, `${VERSION}/*`, ECHO].map((id) => ({ id, type: 'function' }));
    const apiKey = await createThroughNgc(server, [{ ...policiesWith('')[0], resources }]);

    expect((await invoke(server, apiKey.value)).status).toBe(200);
    expect(apiKey.policies[0].resources).toHaveLength(4);
    expect(apiKey.policies[0].resources).toEqual(expect.arrayContaining(resources));
    expect(await warningsOf(server)).toEqual([
      `The key \`ci\` names \`${VERSION}/*\`, \`${ECHO}\` without effect: ${FORMS} Did you mean \`${VERSION}\`, \`${ECHO}/*\`?`,
    ]);
  });

  it('of another type is reported as well', async () => {
    const server = await resetTestServer(servers.documented);
    const resources = [{ id: 'all', type: 'account-functions' }];
    const policies = [{ product: 'nv-cloud-functions', scopes: ['list_functions'], resources }];
    const apiKey = await createThroughNgc(server, policies);

    expect(apiKey.policies).toEqual(policies);
    expect((await server.call('GET /v2/nvcf/functions', { token: apiKey.value })).status).toBe(403);
    expect(await warningsOf(server)).toContain(
      'The key `ci` names `all` without effect: ids of type `account-functions` have the form `*`. Did you mean `*`?',
    );
  });
});

describe('a key with an id without effect', () => {
  const VERSION_ONLY = `${VERSION}/*`;

  async function createMixedKey() {
    const server = await resetTestServer(servers.documented);
    const resources = [ECHO, `${ECHO}/*`, VERSION_ONLY].map((id) => ({ id, type: 'function' }));
    const { keyId, value } = await createThroughNgc(server, [{ ...policiesWith('')[0], resources }]);
    const path = `/_mock/keys/${keyId}`;
    const { resource } = (await server.call(`GET ${path}`)).body.policy;
    return { server, path, resource, value };
  }

  it.each([{}, { force: true }])('keeps its resource if only its scopes are edited, %j', async (extra) => {
    const { server, path, resource, value } = await createMixedKey();
    const { status, body } = await server.call(`PATCH ${path}`, { body: { scopes: ['list_functions'], ...extra } });

    expect([status, body.policy.scopes]).toEqual([200, ['list_functions']]);
    expect(body.policy.resource).toEqual(resource);
    expect(resource).toEqual({ type: 'Function', ids: [ECHO], ignoredIds: [ECHO, VERSION_ONLY] });
    await server.call(`PATCH ${path}`, { body: { scopes: ['invoke_function'] } });
    expect((await invoke(server, value)).status).toBe(200);
  });

  it.each(['shown', 'listed'])('accepts its own resource in the form that is %s', async (form) => {
    const { server, path, resource } = await createMixedKey();
    const { status, body } = await server.call(`PATCH ${path}`, {
      body: { resource: form === 'shown' ? resource : [resource] },
    });

    expect(status).toBe(200);
    expect(body.policy.resource).toEqual(resource);
  });

  it('can be created by the control API, with a warning', async () => {
    const { server, resource } = await createMixedKey();
    const { body } = await server.call('POST /_mock/keys', {
      body: { name: 'copy', type: 'service', services: ['nvcf'], scopes: ['invoke_function'], resource },
    });

    expect(body.policy.resource).toEqual(resource);
    expect(body.warnings).toEqual([expect.stringContaining(`names \`${ECHO}\`, \`${VERSION_ONLY}\` without effect`)]);
  });
});

/** The troubleshooting of the service-keys page: each mistake is refused and explained, and every fix is enough. */
import { expect, it } from 'vitest';
import { DEFINITION, FULL, GLOBEX, SPECIFICATION } from '../../support/nvcf-client.ts';
import { type GivenResource, makeKey } from '../../support/nvcf-requests.ts';
import { resetTestServer, testServer } from '../../support/server.ts';

const ALL_FUNCTIONS = { type: 'All Functions' };

interface Version {
  readonly functionId: string;
  readonly versionId: string;
}

interface Story {
  readonly scopes: readonly string[];
  readonly resource: (target: Version, other: Version) => GivenResource;
  readonly request: (target: Version) => string;
  readonly body?: object;
  /** Members of the decision. */
  readonly decision: (target: Version, other: Version) => object;
  readonly detail?: (target: Version) => string;
  /** The policy of one of the fixes. */
  readonly fix: (target: Version, other: Version) => object;
}

const deployment = {
  request: ({ functionId, versionId }: Version) =>
    `POST /v2/nvcf/deployments/functions/${functionId}/versions/${versionId}`,
  body: { deploymentSpecifications: [SPECIFICATION] },
};
const authorization = (held: string) => ({
  scopes: ['Authorize Clients'],
  request: ({ functionId }: Version) => `POST /v2/nvcf/authorizations/functions/${functionId}`,
  body: { authorizedParties: [{ ncaId: GLOBEX }] },
  decision: () => ({ reason: 'incompatible_resource_type', held: [held], accepted: ['All Functions'] }),
  fix: () => ({ resource: ALL_FUNCTIONS }),
});

const STORIES: Readonly<Record<string, Story>> = {
  'without the scopes': {
    ...deployment,
    scopes: ['Register Function'],
    resource: () => ALL_FUNCTIONS,
    decision: () => ({
      reason: 'missing_scope',
      missing: ['deploy_function', 'list_functions'],
      held: ['register_function'],
    }),
    fix: () => ({ scopes: ['register_function', 'deploy_function', 'list_functions'] }),
  },
  'without List Functions': {
    ...deployment,
    scopes: ['Deploy Function'],
    resource: () => ALL_FUNCTIONS,
    decision: () => ({ reason: 'missing_scope', missing: ['list_functions'], held: ['deploy_function'] }),
    fix: () => ({ scopes: ['deploy_function', 'list_functions'] }),
  },
  'of another function': {
    ...deployment,
    scopes: ['Deploy Function', 'List Functions'],
    resource: (_, other) => ({ type: 'Function', ids: [other.functionId] }),
    decision: () => ({ reason: 'resource_mismatch' }),
    detail: ({ functionId, versionId }) =>
      `Function id '${functionId}', version '${versionId}': Forbidden to 'create' deployment`,
    fix: (target, other) => ({ resource: { type: 'Function', ids: [other.functionId, target.functionId] } }),
  },
  'of All Functions, for registry credentials': {
    scopes: ['Manage Registry Credentials'],
    resource: () => ALL_FUNCTIONS,
    request: () => 'GET /v2/nvcf/registry-credentials',
    decision: () => ({ reason: 'incompatible_resource_type', held: ['All Functions'], accepted: ['All Entity'] }),
    fix: () => ({ resource: { type: 'All Entity' } }),
  },
  'of a function, for its clients': {
    ...authorization('Function'),
    resource: ({ functionId }) => ({ type: 'Function', ids: [functionId] }),
  },
  'of All Entity, for clients of a function': {
    ...authorization('All Entity'),
    resource: () => ({ type: 'All Entity' }),
  },
};

const server = await testServer();

async function createVersion(): Promise<Version> {
  const { body } = await server.call('POST /v2/nvcf/functions', { token: FULL, body: DEFINITION });
  return { functionId: body.function.id, versionId: body.function.versionId };
}

it.each(Object.entries(STORIES))('a key %s is refused, and every fix is enough', async (_name, story) => {
  await resetTestServer(server);
  const [target, other] = [await createVersion(), await createVersion()];
  const { id, key } = await makeKey(server, story.scopes, story.resource(target, other));
  const send = () => server.call(story.request(target), { token: key, ...(story.body && { body: story.body }) });

  const refused = await send();
  expect(refused.status).toBe(403);
  expect(refused.body.detail).toBe(story.detail?.(target) ?? 'Access Denied');
  const { body: decision } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);
  expect(decision).toMatchObject({ effect: 'deny', principal: { name: 'made' }, ...story.decision(target, other) });

  const { scopes, resource } = (await server.call(`GET /_mock/keys/${id}`)).body.policy;
  const edits = decision.fixes.flatMap(({ request = null }) => request ?? []);
  expect(edits.map(({ body }: { readonly body: object }) => body)).toContainEqual(story.fix(target, other));
  for (const { method, path, body } of edits) {
    expect((await server.call(`${method} ${path}`, { body })).status).toBe(200);
    // The status may be 400 then: an earlier fix has let the same version be deployed.
    expect((await send()).decision.effect).toBe('allow');
    await server.call(`PATCH /_mock/keys/${id}`, { body: { scopes, resource: resource ?? [], force: true } });
  }
});

/** A key that is bound to functions or versions gets no information about other functions. */
import { beforeAll, describe, expect, it } from 'vitest';
import { castFunction } from '../../support/ngc-cast.ts';
import {
  makeKey,
  OPERATION_NAMES,
  type OperationName,
  SCOPES,
  type StagedServer,
  stagedServer,
} from '../../support/nvcf-requests.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';

const idOf = (name: string) => castFunction(name)[0]?.functionId ?? '';

/** Ids other than the function of the key. */
const OTHERS = [
  ['of the account', idOf('summarize')],
  ['that another account shares', idOf('translate')],
  ['that is public', idOf('llama')],
  ['of another account', idOf('private')],
  ['that does not exist', UNKNOWN],
  ['with an invalid id', 'xyz-789'],
] as const;

describe('a key that is bound to a function', () => {
  let server: TestServer;
  let staged: StagedServer;
  let inPath: readonly OperationName[];

  beforeAll(async () => {
    server = await testServer();
    staged = await stagedServer(server);
    inPath = OPERATION_NAMES.filter((name) => staged.requestOf(name).path.includes(staged.targetOf(name).functionId));
  });

  const send = (operation: OperationName, token: string, change: (path: string) => string) => {
    const { method, path } = staged.requestOf(operation);
    return server.call(`${method} ${change(path)}`, { token });
  };

  it('gets 403 for every other function id in a path, before validation and lookup', async () => {
    expect(inPath.length).toBeGreaterThan(30);
    for (const operation of inPath) {
      const { functionId, versionId } = staged.targetOf(operation);
      for (const resource of [
        { type: 'Function', ids: [functionId] },
        { type: 'Function Versions', ids: [`${functionId}/${versionId}`] },
      ]) {
        const { key } = await makeKey(server, SCOPES, resource);
        const bodies = new Set<string>();
        for (const [description, other] of OTHERS) {
          const answer = await send(operation, key, (path) => path.replace(functionId, other));
          expect([answer.status, answer.body.status], `${operation} of a function ${description}`).toEqual([403, 403]);
          expect(answer.decision.effect).toBe('deny');
          bodies.add(JSON.stringify(answer.body).replaceAll(other, '<id>'));
        }
        expect([...bodies], `${operation} returns the same body for each`).toHaveLength(1);
      }
    }
  });

  it.each(OTHERS)(
    'gets a decision with the requested function and version for a function %s',
    async (_which, other) => {
      const { functionId, versionId } = staged.targetOf('getFunctionVersion');
      const { key } = await makeKey(server, SCOPES, { type: 'Function', ids: [functionId] });
      const { decision } = await send('getFunctionVersion', key, (path) => path.replace(functionId, other));
      const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

      expect(body).toMatchObject({
        reason: 'resource_mismatch',
        target: `${other}/${versionId}`,
        boundTo: `Function ${functionId}`,
        explanation: expect.stringContaining(`but the call is about \`${other}/${versionId}\``),
      });
      // No edit of the key is a fix, because no visible function has this version.
      expect(body.fixes[0]).toEqual({
        kind: 'object',
        text: expect.stringMatching(`is bound to: \`Function ${functionId}\`$`),
      });
    },
  );

  it('gets 404 for an unknown version of its function, but 403 if it is bound to versions', async () => {
    const paths = inPath.filter((name) => staged.requestOf(name).path.includes(staged.targetOf(name).versionId));
    expect(paths.length).toBeGreaterThan(15);
    for (const operation of paths) {
      const { functionId, versionId } = staged.targetOf(operation);
      const { key } = await makeKey(server, SCOPES, { type: 'Function', ids: [functionId] });
      const { key: ofVersion } = await makeKey(server, SCOPES, {
        type: 'Function Versions',
        ids: [`${functionId}/${versionId}`],
      });
      const foreign = castFunction('summarize')[0]?.versionId ?? '';
      for (const other of [UNKNOWN, foreign]) {
        const path = staged.requestOf(operation).path.replace(versionId, other);
        const line = `${staged.requestOf(operation).method} ${path}`;
        // The body is validated before the version is looked up.
        const body = BODIES[operation];
        const parts = { ...(body !== undefined && { body }) };
        expect((await server.call(line, { token: key, ...parts })).status, `${line} for Function`).toBe(
          NOT_FOR_FUNCTIONS.includes(operation) ? 403 : 404,
        );
        expect((await server.call(line, { token: ofVersion, ...parts })).status, `${line} for its version`).toBe(403);
      }
    }
  });

  it('gets normal responses for other functions if it also has All Functions', async () => {
    const { functionId } = staged.stage.running;
    const { key } = await makeKey(server, SCOPES, [{ type: 'Function', ids: [functionId] }, { type: 'All Functions' }]);
    const get = (id: string) => server.call(`GET /v2/nvcf/functions/${id}/versions`, { token: key });
    expect((await get(idOf('summarize'))).status).toBe(200);
    expect((await get(UNKNOWN)).status).toBe(404);
    expect((await get('xyz-789')).status).toBe(400);
  });

  it('is accepted for its own function in upper case', async () => {
    const { functionId } = staged.stage.running;
    const { key } = await makeKey(server, SCOPES, { type: 'Function', ids: [functionId] });
    const answer = await server.call(`GET /v2/nvcf/functions/${functionId.toUpperCase()}/versions`, { token: key });
    expect(answer.status).toBe(200);
  });

  it('is denied at the host of another function, also of an unknown function', async () => {
    const { key } = await makeKey(server, SCOPES, { type: 'Function', ids: [staged.stage.running.functionId] });
    for (const id of [idOf('summarize'), idOf('private'), UNKNOWN]) {
      const answer = await server.call('POST /v1/chat', {
        token: key,
        headers: { host: `${id}.invocation.localhost:6625` },
        body: {},
      });
      expect([answer.status, answer.decision.reason]).toEqual([403, 'resource_mismatch']);
    }
  });

  it('is denied for every other function in a body, after the body is validated', async () => {
    const { functionId } = staged.stage.running;
    const { key } = await makeKey(server, SCOPES, { type: 'Function', ids: [functionId] });
    const gateway = (model: string) =>
      server.call('POST /llm/v1/embeddings', { token: key, body: { model, input: 'hello' } });
    const tokens = (...ids: string[]) =>
      server.call('POST /v2/nvcf/tokens/functions', {
        token: key,
        body: { clientId: 'a-client', functions: ids.map((id) => ({ functionId: id })) },
      });
    expect((await gateway(`${functionId}/m`)).status).toBe(200);
    expect((await tokens(functionId)).status).toBe(200);
    for (const [description, other] of OTHERS) {
      const status = other === 'xyz-789' ? 400 : 403;
      // The gateway looks up the function first: functions that the account cannot see are not found.
      const isSeen = !['of another account', 'that does not exist'].includes(description);
      const atGateway = status === 403 && !isSeen ? 404 : status;
      expect((await gateway(`${other}/m`)).status, `LLM gateway, a function ${description}`).toBe(atGateway);
      expect((await tokens(functionId, other)).status, `tokens, a function ${description}`).toBe(status);
      expect((await tokens(other, functionId)).status, `tokens, a function ${description}, first`).toBe(status);
    }
    const unreadable = await server.call('POST /llm/v1/embeddings', {
      token: key,
      body: { model: `${functionId}/m`, input: 7 },
    });
    expect(unreadable.status).toBe(400);
  });

  it('gets invocation tokens only for its own versions', async () => {
    const { functionId, versionId, sibling } = staged.stage.running;
    const { key } = await makeKey(server, SCOPES, { type: 'Function Versions', ids: [`${functionId}/${versionId}`] });
    const tokens = (functions: readonly object[]) =>
      server.call('POST /v2/nvcf/tokens/functions', { token: key, body: { clientId: 'a-client', functions } });
    expect((await tokens([{ functionId, functionVersionId: versionId }])).status).toBe(200);
    for (const refused of [
      [{ functionId }],
      [{ functionId, functionVersionId: sibling }],
      [
        { functionId, functionVersionId: versionId },
        { functionId, functionVersionId: sibling },
      ],
    ]) {
      const answer = await tokens(refused);
      expect([answer.status, answer.decision.reason]).toEqual([403, 'resource_mismatch']);
    }
  });

  it('gets a fix for several functions that makes the same request succeed', async () => {
    const { functionId } = staged.stage.running;
    const created = await makeKey(server, ['invoke_function'], { type: 'Function', ids: [functionId] });
    const others = [idOf('summarize'), staged.stage.slow.functionId];
    const send = () =>
      server.call('POST /v2/nvcf/tokens/functions', {
        token: created.key,
        body: { clientId: 'a-client', functions: [functionId, ...others].map((id) => ({ functionId: id })) },
      });
    const refused = await send();
    expect(refused.status).toBe(403);
    const { body } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);
    expect(body.target).toBe([functionId, ...others].join(', '));
    const fix = body.fixes.find(({ request }: { request?: { body: { resource?: { type: string } } } }) => {
      return request?.body.resource?.type === 'Function';
    });
    await server.call(`${fix.request.method} ${fix.request.path}`, { body: fix.request.body });
    await server.call('POST /_mock/propagation/flush', { body: { keyId: created.id } });
    expect((await send()).status).toBe(200);
    const { body: min } = await server.call(`GET /_mock/least-privilege`);
    const smallest = min.principals.find(({ principal }: { principal: { id: string } }) => principal.id === created.id);
    for (const id of others) expect(JSON.stringify(smallest.smallest)).toContain(id);
  });
});

/** Operations that do not accept the type `Function`. */
const NOT_FOR_FUNCTIONS: readonly OperationName[] = [
  'createFunctionVersionAuthorization',
  'getFunctionVersionAuthorizations',
  'deleteFunctionVersionAuthorization',
  'addFunctionVersionAuthorization',
  'removeFunctionVersionAuthorization',
];

const SPECIFICATIONS = {
  deploymentSpecifications: [{ gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 }],
};

const BODIES: Partial<Record<OperationName, object>> = {
  updateFunctionVersion: { tags: ['staged'] },
  updateFunctionMetadata: { tags: ['staged'] },
  updateFunctionRateLimit: { rateLimit: { rateLimit: '100-S' } },
  createDeployment: SPECIFICATIONS,
  updateDeployment: SPECIFICATIONS,
  invokeFunctionVersion: {},
  execFunctionVersion: { requestBody: {} },
  updateFunctionSecrets: { secrets: [{ name: 'token', value: 'dXNlcjpwYXNzd29yZA==' }] },
  createVersionInvocationToken: { clientId: 'a-client' },
  createFunctionVersionAuthorization: { authorizedParties: [{ ncaId: 'nca-partner-0001' }] },
  addFunctionVersionAuthorization: { authorizedParty: { ncaId: 'nca-partner-0001' } },
  removeFunctionVersionAuthorization: { authorizedParty: { ncaId: 'nca-partner-0001' } },
};

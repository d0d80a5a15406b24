/** Which keys may call which models: every operation that requires a key, by scope, resource type and relation. */
import { beforeAll, describe, expect, it } from 'vitest';
import { RULESETS } from '../../../src/services/nvcf/catalogue/rulesets.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { placeOf } from '../../support/nvcf-client.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld, type TestWorld } from '../../support/worlds.ts';

const RELATIONS = { owned: placeOf('echo'), shared: placeOf('translate'), public: placeOf('llama') } as const;
type Relation = keyof typeof RELATIONS;

const TYPES = ['none', 'All Functions', 'Function', 'Function Versions', 'Authorized Functions', 'All Entity'] as const;
type Type = (typeof TYPES)[number];

/** The types with which a key may call a model. `Function` and `Function Versions` name its function. */
const ALLOWED: Readonly<Record<keyof typeof RULESETS, Readonly<Record<Relation, readonly Type[]>>>> = {
  documented: {
    owned: ['All Functions', 'Function'],
    shared: ['All Functions', 'Function', 'Authorized Functions'],
    public: ['All Functions', 'Function'],
  },
  'open-source': {
    owned: ['All Functions', 'Function', 'Function Versions'],
    shared: ['Function', 'Function Versions', 'Authorized Functions'],
    public: TYPES,
  },
};

const INTEGRATE = {
  createChatCompletion: ['/v1/chat/completions', { messages: [] }],
  createCompletion: ['/v1/completions', { prompt: 'a' }],
  createEmbedding: ['/v1/embeddings', { input: 'a', input_type: 'query' }],
  createResponse: ['/v1/responses', { input: 'a' }],
  createMessage: ['/v1/messages', { max_tokens: 1, messages: [{}] }],
} as const;

/** The paths below `/v1/test`, one for each number of segments. */
const ENDPOINTS = {
  callEndpoint: 'b/RELATION',
  callTaskEndpoint: 'b/RELATION/c',
  callActionEndpoint: 'b/RELATION/c/d',
} as const;

const endpointOf = (id: keyof typeof ENDPOINTS, relation: Relation) =>
  `/v1/test/${ENDPOINTS[id].replace('RELATION', relation)}`;

const SLOW = { id: 'test/slow', functionId: placeOf('slow').functionId, paths: ['/v1/slow/test/now'] };

const models = (Object.keys(RELATIONS) as Relation[]).map((relation) => ({
  id: `test/${relation}`,
  functionId: RELATIONS[relation].functionId,
  paths: [
    ...Object.values(INTEGRATE).map(([path]) => path),
    ...(Object.keys(ENDPOINTS) as (keyof typeof ENDPOINTS)[]).map((id) => endpointOf(id, relation)),
  ],
}));

function requestOf(id: string, relation: Relation): { readonly request: string; readonly body: object } {
  if (id in ENDPOINTS) return { request: `POST /ai${endpointOf(id as keyof typeof ENDPOINTS, relation)}`, body: {} };
  const [path, body] = INTEGRATE[id as keyof typeof INTEGRATE];
  return { request: `POST /integrate${path}`, body: { model: `test/${relation}`, ...body } };
}

const resourceOf = (type: Type, { functionId, versionId }: (typeof RELATIONS)[Relation]) => {
  if (type === 'none') return {};
  const ids = { Function: [functionId], 'Function Versions': [`${functionId}/${versionId}`] };
  return { resource: { type, ...(type in ids && { ids: ids[type as keyof typeof ids] }) } };
};

const OPERATIONS = [...Object.keys(INTEGRATE), ...Object.keys(ENDPOINTS)];

it('the truth table contains every operation that requires a key', () => {
  for (const { tables } of Object.values(RULESETS)) {
    const withKey = tables.operations.filter(({ rule }) => rule !== 'public').map(({ id }) => id);
    expect([...OPERATIONS, 'getStatus'].sort()).toEqual(withKey.sort());
  }
});

describe.each(['documented', 'open-source'] as const)('in the %s profile', (nvcf) => {
  let world: TestWorld;
  beforeAll(async () => {
    const server = await testServer({ nvcf });
    const { body: cast } = await server.call('GET /_mock/cast');
    world = await makeWorld(server, {
      seed: { ...cast, catalogue: { models: [...models, SLOW] } },
      credentials: 'cast',
    });
  });

  const createKey = async (order: object): Promise<string> => {
    const { body } = await world.call('POST /_mock/keys', {
      body: { type: 'service', name: 'a', services: ['nvcf'], scopes: ['invoke_function'], force: true, ...order },
    });
    return body.key;
  };
  const readStatus = async (id: string, relation: Relation, token: string) => {
    const { request, body } = requestOf(id, relation);
    return (await world.call(request, { body, token })).status;
  };

  describe.each(['owned', 'shared', 'public'] as const)('a model with a function that is %s', (relation) => {
    it.each(TYPES)('is allowed or denied for a service key with the scope for %s, as in the table', async (type) => {
      const key = await createKey(resourceOf(type, RELATIONS[relation]));
      const expected = ALLOWED[nvcf][relation].includes(type) ? 200 : 403;

      for (const id of OPERATIONS) expect([id, await readStatus(id, relation, key)]).toEqual([id, expected]);
    });

    it('is denied for a service key without the scope, for another function, or for another service', async () => {
      const all = { type: 'All Functions' };
      const insufficientKeys = [
        await createKey({ scopes: ['list_functions'], resource: all }),
        await createKey({ services: ['air'], scopes: ['air:access'] }),
      ];
      if (relation !== 'public' || nvcf === 'documented')
        insufficientKeys.push(
          await createKey({ resource: { type: 'Function', ids: [placeOf('summarize').functionId] } }),
        );

      for (const key of insufficientKeys) {
        for (const id of OPERATIONS) expect([id, await readStatus(id, relation, key)]).toEqual([id, 403]);
      }
    });

    it('is allowed for personal keys only with Public API Endpoints', async () => {
      for (const id of OPERATIONS) {
        expect([id, await readStatus(id, relation, castKey('catalogue-user').key)]).toEqual([id, 200]);
        for (const name of ['catalogue-stranger', 'nvcf-full-access', 'owner'])
          expect([id, await readStatus(id, relation, castKey(name).key)]).toEqual([id, 403]);
      }
    });
  });

  it('a result is polled only with keys that may call the function', async () => {
    const { functionId } = SLOW;
    const order = (resource: object) => createKey({ resource });
    const all = await order({ type: 'All Functions' });
    const { headers } = await world.call('POST /ai/v1/slow/test/now', { token: all, body: {} });
    const poll = async (token: string) =>
      (await world.call(`GET /ai/v1/status/${headers['nvcf-reqid']}`, { token })).status;

    expect(await poll(all)).toBe(202);
    expect(await poll(castKey('catalogue-user').key)).toBe(202);
    expect(await poll(await order({ type: 'Function', ids: [functionId] }))).toBe(202);
    expect(await poll(await order({ type: 'Function', ids: [placeOf('echo').functionId] }))).toBe(403);
    expect(await poll(await createKey({ scopes: ['list_functions'], resource: { type: 'All Functions' } }))).toBe(403);
    expect(await poll(castKey('catalogue-stranger').key)).toBe(403);
    const foreign = { type: 'service', org: 'globex', resource: { type: 'All Functions' } };
    expect(await poll(await createKey(foreign))).toBe(404);
  });
});

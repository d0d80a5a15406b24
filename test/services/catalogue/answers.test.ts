/** Responses of models, the list of models, the gateway, and the seed of the catalogue. */
import { describe, expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { placeOf } from '../../support/nvcf-client.ts';
import { START, testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const server = await testServer();
const token = castKey('catalogue-user').key;
const model = 'meta/llama-3.3-70b-instruct';
const EMBEDDING = 'nvidia/nv-embedqa-e5-v5';
const HELLO = [{ role: 'user', content: 'Hello' }];

const ask = (path: string, body: object, on: Pick<typeof server, 'call'> = server) =>
  on.call(`POST /integrate/v1/${path}`, { token, body });

/** Parses the data of each server-sent event. */
const parseEvents = (text: string) =>
  text.split('\n').flatMap((line) => {
    if (!line.startsWith('data: ')) return [];
    return [line === 'data: [DONE]' ? 'done' : JSON.parse(line.slice('data: '.length))];
  });

describe('a live model', () => {
  it('repeats the last message of a chat', async () => {
    const { status, headers, body } = await ask('chat/completions', { model, messages: HELLO });

    expect([status, headers['nvcf-status']]).toEqual([200, 'fulfilled']);
    expect(headers['nvcf-reqid']).toMatch(/^[0-9a-f-]{36}$/);
    expect([headers['nvcf-error-source'], headers['deprecation']]).toEqual([undefined, undefined]);
    expect(body).toMatchObject({ object: 'chat.completion', created: START / 1000, model });
    expect(body.choices[0]).toMatchObject({ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' });
  });

  it('completes each prompt', async () => {
    const { body } = await ask('completions', { model, prompt: ['one', 'three'] });

    expect(body).toMatchObject({ id: expect.stringMatching(/^cmpl-/), object: 'text_completion', model });
    expect(body.choices.map(({ index, text }: { index: number; text: string }) => [index, text])).toEqual([
      [0, 'one'],
      [1, 'three'],
    ]);
    expect(body.usage).toEqual({ prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 });
  });

  it('returns the same embeddings for the same texts', async () => {
    const order = { model: EMBEDDING, input: ['a', 'b'], input_type: 'query' };
    const [first, second] = [await ask('embeddings', order), await ask('embeddings', order)];

    expect(first.body.data.map(({ index }: { index: number }) => index)).toEqual([0, 1]);
    expect(first.body).toEqual(second.body);
    expect((await ask('embeddings', { ...order, encoding_format: 'base64' })).body.data[0].embedding).toBeTypeOf(
      'string',
    );
  });

  it.each([
    ['chat/completions', { messages: HELLO, stream_options: { include_usage: true } }, 'done'],
    ['completions', { prompt: 'Hello', stream_options: { include_usage: true } }, 'done'],
    ['responses', { input: 'Hello' }, { type: 'response.completed' }],
    ['messages', { messages: HELLO, max_tokens: 9 }, { type: 'message_stop' }],
  ])('streams %s', async (path, body, last) => {
    const { headers, body: text } = await ask(path, { model, ...body, stream: true });
    const events = parseEvents(String(text));

    expect(headers['content-type']).toBe('text/event-stream');
    expect(String(text)).toContain('Hello');
    if (typeof last === 'string') expect(events.at(-1)).toBe(last);
    else expect(events.at(-1)).toMatchObject(last);
    if ('stream_options' in body) expect(events.at(-2).usage.total_tokens).toBe(4);
  });
});

/** Creates a world with models that call functions of the account. */
async function createWorldWith(models: readonly object[]) {
  const { body: cast } = await server.call('GET /_mock/cast');
  const functions = [
    ...cast.nvcf.functions,
    {
      org: 'acme',
      name: 'says',
      status: 'ACTIVE',
      access: 'owned',
      answer: 'Hi',
      functionId: '3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0099',
      versionId: '9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0099',
    },
  ];
  const seed = { ...cast, nvcf: { ...cast.nvcf, functions }, catalogue: { models } };
  return makeWorld(server, { seed, credentials: 'cast' });
}

const SAYS = {
  id: 'acme/says',
  functionId: '3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0099',
  paths: ['/v1/chat/completions', '/v1/completions', '/v1/acme/says/now'],
};
const SLOW_PEXEC = `/v2/nvcf/pexec/functions/${placeOf('slow').functionId}`;
const SLOW = {
  id: 'acme/slow',
  functionId: placeOf('slow').functionId,
  paths: ['/v1/chat/completions', '/v1/acme/slow/now'],
};

describe('the function of a model', () => {
  it('provides the answer of the model', async () => {
    const world = await createWorldWith([SAYS]);

    const chat = await ask('chat/completions', { model: SAYS.id, messages: HELLO }, world);
    expect(chat.body.choices[0].message.content).toBe('Hi');
    const completion = await ask('completions', { model: SAYS.id, prompt: ['a', 'b'] }, world);
    expect(completion.body.choices.map(({ text }: { text: string }) => text)).toEqual(['Hi', 'Hi']);
    expect((await world.call('POST /ai/v1/acme/says/now', { token, body: {} })).body).toBe('Hi');
  });

  it('may be slow: the result is polled, and returned once', async () => {
    const world = await createWorldWith([SLOW]);
    const poll = (id: unknown) => world.call(`GET /ai/v1/status/${id}`, { token });

    for (const path of ['/integrate/v1/chat/completions', '/ai/v1/acme/slow/now']) {
      const started = await world.call(`POST ${path}`, { token, body: { model: SLOW.id, messages: HELLO } });
      const id = started.headers['nvcf-reqid'];
      expect([started.status, started.headers['nvcf-status']]).toEqual([202, 'in-progress']);
      expect((await poll(id)).status).toBe(202);
      await world.call('POST /_mock/clock/advance', { body: { by: '31s' } });
      expect(await poll(id)).toMatchObject({ status: 200, body: { text: 'worth waiting for' } });
      const again = await poll(id);
      expect([again.status, again.body.detail]).toEqual([404, `Request id '${id}': Not found`]);
    }
  });

  it.each([
    ['the catalogue', { key: 'catalogue-user', path: '/ai/v1/acme/slow/now', status: '/ai/v1/status' }],
    ['Cloud Functions', { key: 'nvcf-full-access', path: SLOW_PEXEC, status: '/v2/nvcf/pexec/status' }],
  ])('has results that only the service called returns and consumes: %s', async (_, { key, path, status }) => {
    const world = await createWorldWith([SLOW]);
    const { headers } = await world.call(`POST ${path}`, { token: castKey(key).key, body: {} });
    await world.call('POST /_mock/clock/advance', { body: { by: '31s' } });
    const poll = (polled: string, name: string) =>
      world.call(`GET ${polled}/${headers['nvcf-reqid']}`, { token: castKey(name).key });

    const ofOther = status.startsWith('/ai/')
      ? [
          await poll('/v2/nvcf/pexec/status', 'nvcf-full-access'),
          await poll('/v2/nvcf/exec/status', 'nvcf-full-access'),
        ]
      : [await poll('/ai/v1/status', 'catalogue-user')];
    for (const answer of ofOther) expect(answer.status).toBe(404);
    expect(await poll(status, key)).toMatchObject({ status: 200, body: { text: 'worth waiting for' } });
  });

  it('is not found if none of its versions can be invoked', async () => {
    const world = await createWorldWith([{ ...SAYS, functionId: placeOf('spare').functionId }]);
    const { body } = await world.call(`GET /v2/nvcf/functions/${placeOf('spare').functionId}/versions`, {
      token: castKey('nvcf-full-access').key,
    });
    for (const { id, versionId } of body.functions)
      await world.call(`DELETE /v2/nvcf/deployments/functions/${id}/versions/${versionId}`, {
        token: castKey('nvcf-full-access').key,
      });

    expect((await ask('chat/completions', { model: SAYS.id, messages: HELLO }, world)).status).toBe(404);
  });
});

describe('an endpoint of ai.api.nvidia.com', () => {
  it('repeats its input', async () => {
    const sent = { messages: HELLO };

    expect((await server.call(`POST /ai/v1/gr/${model}/chat/completions`, { token, body: sent })).body).toEqual(sent);
  });

  it('ranks passages by the words that they share with the query, if its path ends in `/reranking`', async () => {
    const texts = ['A dog barks.', 'What is a GPU, and what for?', 'A GPU computes.'];
    const sent = { model, query: { text: 'What is a gpu?' }, passages: texts.map((text) => ({ text })) };
    const { status, headers, body } = await server.call('POST /ai/v1/retrieval/nvidia/reranking', {
      token,
      body: sent,
    });

    expect([status, headers['nvcf-status']]).toEqual([200, 'fulfilled']);
    expect(body).toEqual({
      rankings: [
        { index: 1, logit: 2.1972 },
        { index: 2, logit: 0 },
        { index: 0, logit: -0.8473 },
      ],
    });
  });

  it('returns the answer of its function at such a path, too', async () => {
    const world = await createWorldWith([{ ...SAYS, paths: ['/v1/acme/says/reranking'] }]);

    expect((await world.call('POST /ai/v1/acme/says/reranking', { token, body: {} })).body).toBe('Hi');
  });

  it('has a hint for rankings at the path of a self-hosted model', async () => {
    for (const path of ['/integrate/v1/ranking', '/ai/v1/ranking']) {
      const answer = await server.call(`POST ${path}`, { token, body: {} });
      expect([answer.status, answer.headers['x-mock-hint']]).toEqual([404, expect.stringContaining('/reranking`')]);
    }
  });

  it('is looked up before the key is checked, and may be offline or at the end of its life', async () => {
    const world = await createWorldWith([
      { ...SAYS, id: 'a/offline', paths: ['/v1/a/b/offline'], offline: 'Later.' },
      { ...SAYS, id: 'a/retired', paths: ['/v1/a/b/retired/c'], endOfLife: '2020-01-01T00:00:00Z' },
      { ...SAYS, id: 'a/offset', paths: ['/v1/a/b/offset'], endOfLife: '2040-01-01T00:00:00.5+02:00' },
      { ...SAYS, id: 'a/retiring', paths: ['/v1/a/b/retiring/c/d'], endOfLife: '2040-01-01T00:00:00Z' },
    ]);
    const call = (path: string, key?: string) =>
      world.call(`POST /ai/v1/a/b/${path}`, { body: {}, ...(key !== undefined && { token: key }) });

    expect(await call('nothing')).toMatchObject({ status: 404, body: '404 page not found\n' });
    expect(await call('offline')).toMatchObject({ status: 503, body: { detail: 'Later.' } });
    expect((await call('retired/c')).body.detail).toMatch(/^This endpoint has reached its end of life on 2020/);
    expect((await call('retiring/c/d')).status).toBe(401);
    expect((await call('offset')).headers['deprecation']).toBe('2040-01-01T00:00:00+02:00');
    expect((await call('retiring/c/d', token)).headers['deprecation']).toBe('2040-01-01T00:00:00Z');
  });
});

describe('/v1/models', () => {
  const PRIVATE = ['_a/b', 'stg/b', 'nvdev/b', 'internal/b', 'private/b', 'a/b-staging', 'a/b-turbo', 'a/playground_b'];
  const listModelIds = async (world: Pick<typeof server, 'call'>) =>
    (await world.call('GET /integrate/v1/models')).body.data.map(({ id }: { id: string }) => id);

  it('returns every model before the end of its life, sorted, without a key', async () => {
    const { body } = await server.call('GET /integrate/v1/models');

    expect(body.data[0]).toEqual({
      id: 'google/gemma-2-9b-it',
      object: 'model',
      created: 735790403,
      owned_by: 'google',
    });
    expect(await listModelIds(server)).toEqual([
      'google/gemma-2-9b-it',
      'meta/llama-3.3-70b-instruct',
      'mistralai/mixtral-8x22b-instruct-v0.1',
      'nvidia/nemotron-4-340b-instruct',
      'nvidia/nv-embedqa-e5-v5',
    ]);
  });

  it('omits private models, which can still be called', async () => {
    const world = await createWorldWith(PRIVATE.map((id) => ({ ...SAYS, id, paths: ['/v1/chat/completions'] })));

    expect(await listModelIds(world)).toEqual(['a/playground_b']);
    expect((await world.call('GET /integrate/v1/models/private/b')).status).toBe(404);
    const { decision } = await ask('chat/completions', { model: 'private/c', messages: HELLO }, world);
    const { detail } = (await world.call(`GET /_mock/decisions/${decision?.id}`)).body;
    expect(detail).toBe('no model has this name');
    expect((await ask('chat/completions', { model: 'private/b', messages: HELLO }, world)).status).toBe(200);
  });

  it.each([
    ['meta/llama-3.3-70b-instruct', 200],
    ['meta/llama2-70b', 410],
    ['mistralai/mixtral-8x22b-instruct-v0.1', 503],
    ['nobody/nothing', 404],
    ['nvidia/nv-rerankqa-mistral-4b-v3', 404],
    ['nobody', 404],
    ['meta%2Fllama-3.3-70b-instruct', 404],
  ])('returns for %s: %d', async (id, status) => {
    const answer = await server.call(`GET /integrate/v1/models/${id}`);

    expect(answer.status).toBe(status);
    if (status === 404) expect(answer.body).toBe(`Model does not exist by the name of ${id}\n`);
  });
});

describe('the gateway', () => {
  it.each(['integrate', 'ai'])('serves health and version at /%s', async (host) => {
    expect((await server.call(`GET /${host}/health`)).body).toMatchObject({ status: 'OK' });
    expect((await server.call(`GET /${host}/info`)).body).toMatchObject({ service: 'nvcf-ai-api-gateway-service' });
  });

  it('returns 404 as text for unknown paths, and 405 without a body for unknown methods', async () => {
    for (const request of ['POST /integrate/v1/ranking', 'GET /integrate/v1/status/a', 'GET /ai/v1/models'])
      expect(await server.call(request)).toMatchObject({ status: 404, body: '404 page not found\n' });
    const { status, body, headers } = await server.call('DELETE /integrate/v1/models');
    expect([status, body, headers['allow']]).toEqual([405, undefined, 'GET, HEAD']);
    expect((await server.call('POST /integrate/v1/images/generations', { token, body: {} })).status).toBe(404);
  });

  it.each(['ai.api.nvidia.com', 'ai.localhost:6625'])('serves endpoints at the host %s', async (host) => {
    const call = { token, body: {}, headers: { host } };
    expect((await server.call(`POST /v1/gr/${model}/chat/completions`, call)).status).toBe(200);
  });
});

describe('a seed with models', () => {
  const postSeed = async (models: readonly object[]) => {
    const { body: cast } = await server.call('GET /_mock/cast');
    const { status, body } = await server.call('POST /_mock/worlds', {
      body: { seed: { ...cast, catalogue: { models } } },
    });
    return [status, body.detail];
  };

  it.each<[what: string, models: readonly object[], pointer: string]>([
    ['two models with the same name', [SAYS, { ...SAYS, paths: ['/v1/chat/completions'] }], 'catalogue.models[0]'],
    ['two models with the same path', [SAYS, { ...SAYS, id: 'a/b' }], 'catalogue.models[0].paths[2]'],
    ['a path that the gateway does not serve', [{ ...SAYS, paths: ['/v1/chat'] }], 'catalogue.models[0].paths[0]'],
    ['the path of invocation statuses', [{ ...SAYS, paths: ['/v1/status/a'] }], 'catalogue.models[0].paths[0]'],
    ['an invalid month', [{ ...SAYS, endOfLife: '2030-13-01T00:00:00Z' }], 'catalogue.models[0].endOfLife'],
    ['a name without a company', [{ ...SAYS, id: 'says' }], 'catalogue.models[0].id'],
  ])('is rejected for %s', async (_, models, pointer) => {
    const [status, detail] = await postSeed(models);

    expect(status).toBe(400);
    expect(detail).toContain(pointer);
  });

  it('is part of the cast with derived members, and the cast is a valid seed', async () => {
    const { body: cast } = await server.call('GET /_mock/cast');
    const models = cast.catalogue.models.map(({ id, kind, state, access }: Record<string, string>) => [
      ...[id, kind, state, access],
    ]);

    expect(models).toEqual([
      ['meta/llama-3.3-70b-instruct', 'chat', 'live', 'public'],
      ['nvidia/nv-embedqa-e5-v5', 'embedding', 'live', 'public'],
      ['nvidia/nv-rerankqa-mistral-4b-v3', 'ranking', 'live', 'public'],
      ['mistralai/mixtral-8x22b-instruct-v0.1', 'chat', 'offline', 'public'],
      ['google/gemma-2-9b-it', 'chat', 'retiring', 'public'],
      ['meta/llama2-70b', 'chat', 'retired', 'public'],
      ['nvidia/nemotron-4-340b-instruct', 'chat', 'live', 'gated'],
    ]);
    const again = await makeWorld(server, { seed: cast, credentials: 'cast' });
    expect((await again.call('GET /_mock/cast')).body.catalogue).toEqual(cast.catalogue);
  });
});

describe('keys for Public API Endpoints', () => {
  it('are personal: a service key for them is rejected with 400', async () => {
    const order = { type: 'service', name: 'a', services: ['public-api'], scopes: [] };
    const refused = await server.call('POST /_mock/keys', { body: order });

    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining('`public-api`')]);
  });

  it('are created, updated and described by the NGC API', async () => {
    const owner = castKey('owner').key;
    const create = (type: string) =>
      server.call(`POST /v3/orgs/acme/keys/type/${type}`, {
        token: owner,
        body: { name: 'from-ngc', policies: [{ product: 'public-api' }] },
      });
    const { status, body } = await create('PERSONAL_KEY');

    expect([status, body.apiKey.policies]).toEqual([200, [{ product: 'public-api' }]]);
    const called = { token: body.apiKey.value, body: { model, messages: HELLO } };
    expect((await server.call('POST /integrate/v1/chat/completions', called)).status).toBe(200);
    expect((await create('SERVICE_KEY')).status).toBe(400);
    const change = { token: owner, body: { policies: [{ product: 'public-api' }, { product: 'air' }] } };
    const changed = await server.call(`PATCH /v3/orgs/acme/keys/${body.apiKey.keyId}`, change);
    expect(changed.body.apiKey.policies.map(({ product }: { product: string }) => product)).toContain('public-api');
    const info = await server.call('POST /v3/keys/get-caller-info', {
      body: `credentials=${token}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(info.body.products).toEqual(['public-api']);
  });
});

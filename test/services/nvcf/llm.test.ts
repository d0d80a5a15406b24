/** The LLM gateway: functions behind the paths of OpenAI's API. */
import { describe, expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { environment, FOREIGN, FULL, NOBODY, nvcfServer, placeOf } from '../../support/nvcf-client.ts';
import { START } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HOST = 'llm.invocation.localhost:6625';
const [echo, summarize, translate, llama] = [
  placeOf('echo'),
  placeOf('summarize'),
  placeOf('translate'),
  placeOf('llama'),
];

/** A token that the server issued for somebody else's service: `{"alg":"RS256"}`, `{"sub":"x"}`. */
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';

const server = await nvcfServer();

interface Sent {
  readonly key?: string | null;
  readonly body?: object | string;
  readonly headers?: Record<string, string>;
}

const CHAT = {
  model: `${echo.functionId}/tiny`,
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
  ],
};

/** Sends `POST path` to the gateway's host. */
function ask(path: string, { key = FULL, body = CHAT, headers = {} }: Sent = {}, on = server) {
  const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
  return on.call(`POST ${path}`, { body, headers: { host: HOST, ...authorization, ...headers } });
}

const askChat = (sent?: Sent) => ask('/v1/chat/completions', sent);

/** The data of each server-sent event. */
const eventsOf = (text: string) =>
  text.split('\n').flatMap((line) => {
    if (!line.startsWith('data: ')) return [];
    return [line === 'data: [DONE]' ? 'done' : JSON.parse(line.slice('data: '.length))];
  });

describe('a chat with an echo', () => {
  it('answers what the user said last, in the form of OpenAI', async () => {
    const { status, body, decision } = await askChat();

    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^chatcmpl-[0-9a-f]{24}$/),
      object: 'chat.completion',
      created: START / 1000,
      model: 'tiny',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
    });
    expect(decision).toEqual({ id: decision.id, effect: 'allow' });
  });

  it.each([
    ['parts', [{ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'image_url' }, { text: 'b' }] }], 'ab'],
    ['no message of a user', [{ role: 'system', content: 'x' }], ''],
    ['a message without content', [{ role: 'user', content: null }], ''],
    [
      'a later answer',
      [
        { role: 'user', content: 'mine' },
        { role: 'assistant', content: 'its' },
      ],
      'mine',
    ],
  ])('reads %s', async (_what, messages, content) => {
    const { body } = await askChat({ body: { ...CHAT, messages } });

    expect(body.choices[0].message.content).toBe(content);
  });

  it('streams chunks that end with [DONE], and counts tokens where it is asked to', async () => {
    const { status, headers, body } = await askChat({
      body: { ...CHAT, stream: true, stream_options: { include_usage: true } },
    });
    const events = eventsOf(body);

    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(events.slice(0, 3).map(({ choices: [{ delta, finish_reason }] }) => [delta, finish_reason])).toEqual([
      [{ role: 'assistant', content: '' }, null],
      [{ content: 'Hello' }, null],
      [{}, 'stop'],
    ]);
    expect(events[3]).toMatchObject({ object: 'chat.completion.chunk', choices: [], usage: { total_tokens: 4 } });
    expect(events.slice(4)).toEqual(['done']);
    expect(eventsOf((await askChat({ body: { ...CHAT, stream: true } })).body)).toHaveLength(4);
  });

  it.each(['/v1', '/openai/v1', '/api/openai/v1', '/llm/v1'])('is served below %s', async (prefix) => {
    const headers = prefix.startsWith('/llm') ? { host: 'localhost:6625' } : {};
    const { status, body } = await ask(`${prefix}/chat/completions`, { headers });

    expect([status, body.object]).toEqual([200, 'chat.completion']);
  });

  it('may name the function in a header, and keeps the whole model then', async () => {
    const headers = { 'nvcf-function-id': echo.functionId, 'x-nvcf-target-region': 'eu' };
    const { status, body } = await askChat({ headers, body: { ...CHAT, model: 'meta/llama' } });

    expect([status, body.model]).toEqual([200, 'meta/llama']);
  });

  it('prefers the header to the model', async () => {
    const { decision } = await askChat({ headers: { 'nvcf-function-id': summarize.functionId } });
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(body.target).toBe(summarize.functionId);
  });

  it('takes an empty header for none', async () => {
    expect((await askChat({ headers: { 'nvcf-function-id': '' } })).status).toBe(200);
  });

  it.each([
    ['shared', translate],
    ['public', llama],
  ])('reaches a %s function', async (_what, { functionId }) => {
    expect((await askChat({ body: { ...CHAT, model: `${functionId}/x` } })).status).toBe(200);
  });
});

describe('a response of an echo', () => {
  it.each([
    ['a text', 'Hello'],
    ['messages', [{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }]],
  ])('repeats %s', async (_what, input) => {
    const { status, body } = await ask('/v1/responses', { body: { model: CHAT.model, input } });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^resp_[0-9a-f]{24}$/),
      object: 'response',
      created_at: START / 1000,
      status: 'completed',
      model: 'tiny',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] }],
      usage: { input_tokens: 2, output_tokens: 2, total_tokens: 4 },
    });
  });

  it('streams numbered events from created to completed', async () => {
    const { headers, body } = await ask('/v1/responses', { body: { model: CHAT.model, input: 'Hi', stream: true } });
    const events = eventsOf(body);

    expect(headers['content-type']).toBe('text/event-stream');
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events[4].delta).toBe('Hi');
    expect(events[8].response.output[0].content[0].text).toBe('Hi');
  });
});

describe('embeddings', () => {
  const embed = async (more: object) =>
    (await ask('/v1/embeddings', { body: { model: CHAT.model, ...more } })).body.data.map(
      ({ embedding }: { embedding: unknown }) => embedding,
    );

  it('are the same for the same text, and others for another', async () => {
    const [one, other, again] = await embed({ input: ['a', 'b', 'a'] });

    expect(one).toHaveLength(8);
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
    expect(await embed({ input: 'a' })).toEqual([one]);
  });

  it.each([
    [[1, 2], 1],
    [[[1, 2], [3]], 2],
  ])('of tokens %j are %i', async (input, count) => {
    expect(await embed({ input })).toHaveLength(count);
  });

  it('have the length that is asked for, and bytes in base64', async () => {
    const [long] = await embed({ input: 'a', dimensions: 1024 });
    const [bytes] = await embed({ input: 'a', dimensions: 3, encoding_format: 'base64' });

    expect(long).toHaveLength(1024);
    const buffer = Buffer.from(bytes, 'base64');
    expect([0, 4, 8].map((at) => Math.fround(long[at / 4]) === buffer.readFloatLE(at))).toEqual([true, true, true]);
  });
});

describe('a function with an answer', () => {
  it.each([
    ['a text', '"made up"', 'made up'],
    ['a list', '[1]', '[1]'],
  ])('says it, if it is %s', async (_what, answer, content) => {
    const { functionId } = await server.deployed(environment({ NV_AUTH_MOCK_ANSWER: answer }));
    const body = { ...CHAT, model: `${functionId}/x` };

    expect((await askChat({ body })).body.choices[0].message.content).toBe(content);
    expect(eventsOf((await askChat({ body: { ...body, stream: true } })).body)[1].choices[0].delta.content).toBe(
      content,
    );
  });

  it('answers with it, if it is an object', async () => {
    const variables = { NV_AUTH_MOCK_ANSWER: '{"mine": true}', NV_AUTH_MOCK_INVOKE_TIME: '30s' };
    const { functionId } = await server.deployed(environment(variables));
    const { status, body } = await askChat({ body: { ...CHAT, stream: true, model: `${functionId}/x` } });

    expect([status, body]).toEqual([200, { mine: true }]);
  });
});

describe('a refusal', () => {
  const keyOf = async (scopes: readonly string[], resource: unknown) => {
    const order = { type: 'service', name: 'for-llm', services: ['nvcf'], scopes, resource };
    return (await server.call('POST /_mock/keys', { body: order })).body.key as string;
  };
  const unknown = `${FULL.slice(0, -1)}${FULL.endsWith('A') ? 'B' : 'A'}`;

  it.each([
    ['no credential', { key: null }, 401, 'bearer authorization is required', 'no_token'],
    [
      'another scheme',
      { headers: { authorization: 'Basic eDp5' } },
      401,
      'bearer authorization is required',
      'wrong_scheme',
    ],
    ['no key', { key: 'garbage' }, 401, 'authentication failed', 'unsupported_token'],
    ['a JWT', { key: JWT }, 401, 'authentication failed', 'unsupported_token'],
    ['a malformed key', { key: 'nvapi-x' }, 403, 'permission denied', 'malformed_key'],
    ['a key of another issuer', { key: unknown }, 403, 'permission denied', 'foreign_key'],
    ['a key without the scope', { key: castKey('nvcf-deployer').key }, 403, 'permission denied', 'missing_scope'],
    ['a key of another account', { key: FOREIGN }, 404, 'not found', 'foreign_object'],
    ['an unknown function', { body: { ...CHAT, model: `${NOBODY}/x` } }, 404, 'not found', 'no_such_object'],
  ] as const)('of %s has the words of the gateway', async (_what, sent, status, message, reason) => {
    const answer = await askChat(sent);

    expect([answer.status, answer.body, answer.decision?.reason]).toEqual([status, { message }, reason]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['x-request-id']).toMatch(UUID);
  });

  describe.each(['documented', 'open-source'] as const)('of a key that is not good, %s', async (nvcf) => {
    const own = await nvcfServer({ nvcf });
    const newKey = async (given: object = {}) => {
      const order = { type: 'service', name: 'short', services: ['nvcf'], scopes: ['invoke_function'] };
      const body = { ...order, resource: { type: 'All Functions' }, ...given };
      return (await own.call('POST /_mock/keys', { body })).body as { id: string; key: string };
    };
    const expired = await newKey({ expiresAt: new Date(START + 1000).toISOString() });
    const deleted = await newKey();
    const disabled = await newKey();
    await own.call(`DELETE /_mock/keys/${deleted.id}`);
    await own.call(`PATCH /_mock/keys/${disabled.id}`, { body: { status: 'disabled' } });
    await own.call('POST /_mock/clock/advance', { body: { by: '2s' } });

    it.each([
      ['malformed', 'nvapi-x', 'malformed_key'],
      ['of another issuer', unknown, 'foreign_key'],
      ['deleted', deleted.key, 'unknown_key'],
      ['expired', expired.key, 'expired_key'],
      ['disabled', disabled.key, 'disabled_key'],
    ])('which is %s: permission denied', async (_what, key, reason) => {
      for (const path of ['/v1/chat/completions', '/v1/responses', '/openai/v1/embeddings']) {
        const answer = await ask(path, { key }, own);

        expect([answer.status, answer.body, answer.decision?.reason]).toEqual([
          403,
          { message: 'permission denied' },
          reason,
        ]);
        expect(answer.headers['www-authenticate']).toBeUndefined();
      }
    });
  });

  it('of a function that is not there names it', async () => {
    for (const [key, id] of [
      [FULL, NOBODY],
      [FOREIGN, echo.functionId],
    ] as const) {
      const { decision } = await askChat({ key, body: { ...CHAT, model: `${id}/x` } });
      const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

      expect(body.target).toBe(id);
      expect(body.explanation).toContain(id);
    }
  });

  it('of a key for another function is explained, with a fix', async () => {
    const key = await keyOf(['invoke_function'], { type: 'Function', ids: [summarize.functionId] });
    const { status, body, decision } = await askChat({ key });
    const { body: whole } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect([status, body, decision.reason]).toEqual([403, { message: 'permission denied' }, 'resource_mismatch']);
    expect(whole).toMatchObject({
      operation: 'createChatCompletion',
      rule: 'invoke-by-llm-gateway',
      target: echo.functionId,
    });
    expect(whole.fixes).not.toEqual([]);
  });

  it('of a function that is not deployed says `not found`', async () => {
    const { functionId } = await server.create();
    const { status, body } = await askChat({ body: { ...CHAT, model: `${functionId}/x` } });

    expect([status, body]).toEqual([404, { message: 'not found' }]);
  });

  it.each([
    ['no function', { body: { ...CHAT, model: 'tiny' } }, 'names no function. Send `<function id>/<model>`'],
    ['no model', { body: { messages: CHAT.messages } }, '`model` is missing'],
    ['no messages', { body: { model: CHAT.model } }, '`messages` is missing'],
    ['an empty chat', { body: { ...CHAT, messages: [] } }, '`messages`'],
    ['broken JSON', { body: '{' }, 'not valid JSON'],
    ['a priority', { headers: { 'x-priority': '1' } }, '`X-Priority`'],
  ])('of %s says `invalid request`, and what is wrong', async (_what, sent, detail) => {
    const { status, body, decision } = await askChat(sent);

    expect([status, body.message, decision]).toEqual([400, 'invalid request', null]);
    expect(body.detail).toContain(detail);
  });

  it('of a key without the scope comes before the body is read', async () => {
    const key = castKey('nvcf-deployer').key;

    for (const body of ['{', { ...CHAT, model: 'tiny' }]) {
      expect((await askChat({ key, body })).body).toEqual({ message: 'permission denied' });
    }
  });

  it.each([
    [405, 'GET /v1/chat/completions'],
    [404, 'GET /v1/models'],
    [404, 'POST /v1/completions'],
    [404, 'GET /'],
    [404, 'GET /_mock/health'],
    [404, 'GET /v2/nvcf/functions'],
  ])('of status %i for %s has the form of the gateway', async (status, line) => {
    const answer = await server.call(line, { token: FULL, headers: { host: HOST } });

    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ message: status === 404 ? 'not found' : expect.stringContaining('POST') });
  });

  it.each([
    [502, 'authentication failed'],
    [503, 'authentication service unavailable'],
    [504, 'authentication timed out'],
    [403, 'permission denied'],
  ])('can be a fault of status %i', async (status, message) => {
    const world = await nvcfServer();
    const match = { operation: 'createChatCompletion' };
    expect((await world.call('POST /_mock/faults', { body: { match, times: 1, do: { status } } })).status).toBe(201);
    const answer = await ask('/v1/chat/completions', {}, world);

    expect([answer.status, answer.body]).toEqual([status, { message }]);
  });
});

it('an id of a request is repeated if it fits, and replaced if not', async () => {
  const idOf = async (id: string, key: string | null = FULL) =>
    (await askChat({ key, headers: { 'x-request-id': id } })).headers['x-request-id'];

  expect(await idOf('mine-1')).toBe('mine-1');
  expect(await idOf('mine-2', null)).toBe('mine-2');
  expect(await idOf('x'.repeat(129))).toMatch(UUID);
});

it.each(['healthz', 'readyz', 'info'])('/%s is open', async (path) => {
  expect((await server.call(`GET /${path}`, { headers: { host: HOST } })).status).toBe(200);
});

it.each(['llm.localhost:6625', 'llm.localhost', 'llm.invocation.nvcf.nvidia.com'])(
  'is found at %s, which nvcf-cli makes of its base URL',
  async (host) => {
    expect((await askChat({ headers: { host } })).status).toBe(200);
    expect((await server.call('GET /v1/chat/completions', { headers: { host: 'llm.example' } })).status).toBe(404);
  },
);

it('the name before the server’s own selects the world, and a world of its own has other keys', async () => {
  const world = await makeWorld(server, { id: 'alice', credentials: 'own' });
  const own = world.cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-full-access').key;

  for (const host of ['llm.invocation.alice.localhost:6625', 'llm.alice.localhost:6625']) {
    expect((await askChat({ headers: { host } })).body).toEqual({ message: 'permission denied' });
    expect((await askChat({ headers: { host }, key: own })).status).toBe(200);
  }
  expect((await askChat({ key: own })).status).toBe(200);
});

it('a world that observes answers what it would refuse', async () => {
  const world = await nvcfServer();
  await world.call('PUT /_mock/mode', { body: { mode: 'observe' } });
  const answer = await ask('/v1/chat/completions', { key: castKey('nvcf-deployer').key }, world);

  expect([answer.status, answer.decision.reason]).toEqual([200, 'missing_scope']);
});

it('requests are in the journal, by their operation, whatever the path', async () => {
  const world = await nvcfServer();
  await ask('/openai/v1/embeddings', { body: { model: CHAT.model, input: 'a' } }, world);
  const { requests } = (await world.call('GET /_mock/requests')).body;

  expect(requests[0]).toMatchObject({
    operation: 'createEmbedding',
    path: '/llm/openai/v1/embeddings',
    status: 200,
    principal: { name: 'nvcf-full-access' },
  });
});

/** The order of checks: first the checks of the gateway, then the checks of the functions behind it. */

import { describe, expect, it } from 'vitest';
import { listHints } from '../../support/hints.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { type Answer, testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const server = await testServer();
const GOOD = castKey('catalogue-user').key;
const STRANGER = castKey('catalogue-stranger').key;

const LIVE = 'meta/llama-3.3-70b-instruct';
const EMBEDDING = 'nvidia/nv-embedqa-e5-v5';
const OFFLINE = 'mistralai/mixtral-8x22b-instruct-v0.1';
const RETIRING = 'google/gemma-2-9b-it';
const RETIRED = 'meta/llama2-70b';
const GATED = 'nvidia/nemotron-4-340b-instruct';
const FUNCTION = '3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0005';

const HELLO = [{ role: 'user', content: 'Hello' }];
const chatWith = (model: string) => ({ model, messages: HELLO });

interface Sent {
  readonly path?: string;
  readonly body?: unknown;
  readonly key?: string | null;
  readonly headers?: Record<string, string>;
}

function send({ path = '/integrate/v1/chat/completions', body = chatWith(LIVE), key = GOOD, headers = {} }: Sent) {
  const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
  return server.call(`POST ${path}`, { body: body as object, headers: { ...authorization, ...headers } });
}

const isGateway = ({ headers }: Answer) => headers['nvcf-error-source'] === 'gateway_rejected';
const typeOf = ({ headers }: Answer) => String(headers['content-type']).split(';')[0];
const reasonOf = ({ decision }: Answer) => decision?.reason;

/** Creates a world with the identities of the cast and these models. */
async function makeWorldWith(models: readonly object[]) {
  const { body: cast } = await server.call('GET /_mock/cast');
  return makeWorld(server, { seed: { ...cast, catalogue: { models } }, credentials: 'cast' });
}

/** A body that fails a later check, too. */
const LATER = { model: RETIRED };
const BAD_KEY = 'nvapi-not-a-key';

describe('row 1: the header NVCF-Shadow', () => {
  it('is rejected before the body is read', async () => {
    const answer = await send({ body: '{', key: null, headers: { 'nvcf-shadow': '1' } });

    expect([answer.status, typeOf(answer), answer.body]).toEqual([
      400,
      'text/plain',
      'reserved header in external request\n',
    ]);
    expect(isGateway(answer)).toBe(true);
  });

  it('is rejected by every operation', async () => {
    for (const request of ['GET /integrate/v1/models', 'GET /ai/health', 'GET /ai/v1/status/a', 'POST /ai/v1/a/b/c'])
      expect((await server.call(request, { headers: { 'nvcf-shadow': '1' } })).status).toBe(400);
  });

  it('is accepted if it is empty', async () => {
    expect((await send({ headers: { 'nvcf-shadow': '' } })).status).toBe(200);
  });
});

describe('row 2: a body', () => {
  const createBody = (bytes: number) => {
    const empty = JSON.stringify({ ...LATER, pad: '' });
    return JSON.stringify({ ...LATER, pad: 'x'.repeat(bytes - empty.length) });
  };

  it('of more than 25 MiB is rejected before the model is checked', async () => {
    const answer = await send({ body: createBody(26_214_401), key: BAD_KEY });

    expect([answer.status, typeOf(answer)]).toEqual([400, 'text/plain']);
    expect(JSON.parse(String(answer.body)).error).toMatchObject({ code: 'invalid_image_format', param: null });
    expect(isGateway(answer)).toBe(true);
  });

  it('of 25 MiB is accepted', async () => {
    expect((await send({ body: createBody(26_214_400), key: BAD_KEY })).status).toBe(410);
  });
});

describe('row 3: a body that cannot be decoded', () => {
  it.each([
    ['invalid JSON', '{'],
    ['no body', ''],
    ['a list', '[]'],
    ['a string', '"a"'],
    ['a model that is not a string', '{"model":5}'],
    ['a `stream` that is not a boolean', `{"model":"${LIVE}","stream":"yes"}`],
  ])('is rejected with 500, as by the vendor: %s', async (_, body) => {
    const { statusCode, headers, payload } = await server.app.inject({
      method: 'POST',
      url: '/integrate/v1/chat/completions',
      payload: body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${BAD_KEY}` },
    });

    expect([statusCode, headers['content-type']]).toEqual([500, 'text/plain; charset=utf-8']);
    expect(payload).toMatch(/^failed to decode json body/);
    expect(JSON.parse(String(headers['x-mock-decision'])).reason).toBe('body_not_decoded');
    expect(headers['nvcf-error-source']).toBe('gateway_rejected');
  });
});

describe('row 4: a request with a model', () => {
  it.each([
    ['that is absent', {}],
    ['that is empty', { model: '' }],
    ['that is null', { model: null }],
  ])('%s is rejected before the key is checked', async (_, body) => {
    const answer = await send({ body, key: null });

    expect([answer.status, typeOf(answer)]).toEqual([400, 'text/plain']);
    expect(JSON.parse(String(answer.body))).toEqual({
      error: {
        message: 'model field is required',
        type: 'invalid_request_error',
        param: null,
        code: 'missing_required_field',
      },
    });
    expect(reasonOf(answer)).toBe('model_missing');
  });
});

describe('row 5: a model that is unknown for the path', () => {
  it.each([
    ['an unknown name', '/integrate/v1/chat/completions', 'nobody/nothing'],
    ['a chat model at the path of embeddings', '/integrate/v1/embeddings', LIVE],
    ['an embedding model at the path of chats', '/integrate/v1/chat/completions', EMBEDDING],
  ])('is not found with any key: %s', async (_, path, model) => {
    for (const key of [GOOD, BAD_KEY, null]) {
      const answer = await send({ path, body: { model }, key });

      expect([answer.status, typeOf(answer), answer.body]).toEqual([404, 'text/plain', '404 page not found\n']);
      expect(reasonOf(answer)).toBe('unknown_model');
      expect(isGateway(answer)).toBe(true);
    }
  });
});

describe('rows 6 and 7: a model that cannot be called', () => {
  it('because it is offline is rejected with 503 and `retry-after`', async () => {
    const answer = await send({ body: { model: OFFLINE }, key: BAD_KEY });

    expect([answer.status, typeOf(answer)]).toEqual([503, 'application/problem+json']);
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'This model is offline for maintenance.',
    });
    expect(answer.headers['retry-after']).toBe('10800');
    expect(isGateway(answer)).toBe(true);
  });

  it('because it is retired is rejected with 410 and the end of its life', async () => {
    const answer = await send({ body: { model: RETIRED }, key: null });

    expect([answer.status, typeOf(answer)]).toEqual([410, 'application/problem+json']);
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'Gone',
      status: 410,
      detail: `The model '${RETIRED}' has reached its end of life on 2025-06-30T00:00:00Z and is no longer available.`,
    });
    expect(isGateway(answer)).toBe(true);
  });
});

describe('rows 8 to 10: the key', () => {
  const UPSTREAM = 'upstream_status';

  it.each<[what: string, headers: Record<string, string>, body: string]>([
    ['no header', {}, 'Header of type `authorization` was missing'],
    ['another scheme', { authorization: `Basic ${GOOD}` }, 'Unauthorized access'],
    ['no scheme', { authorization: GOOD }, 'Unauthorized access'],
    ['no key after the scheme', { authorization: 'Bearer ' }, 'Unauthorized access'],
  ])('is rejected with 401: %s', async (_, headers, text) => {
    const answer = await send({ key: null, headers });

    expect([answer.status, typeOf(answer), answer.body]).toEqual([401, 'text/plain', text]);
    expect(answer.headers['nvcf-error-source']).toBe(UPSTREAM);
  });

  it.each<[what: string, key: string, reason: string]>([
    ['a string that is not a key', 'sk-other', 'unsupported_token'],
    ['a truncated key', GOOD.slice(0, 30), 'malformed_key'],
    ['a personal key for Cloud Functions alone', castKey('nvcf-user').key, 'service_not_enabled'],
  ])('is rejected with 403: %s', async (_, key, reason) => {
    const answer = await send({ key });

    expect([answer.status, reasonOf(answer)]).toEqual([403, reason]);
    expect(answer.body).toEqual({ status: 403, title: 'Forbidden', detail: 'Authorization failed' });
    expect(answer.headers['nvcf-error-source']).toBe(UPSTREAM);
  });
});

describe('row 11: a model that the account may not use', () => {
  it('is not found for the account, although the key is valid', async () => {
    const answer = await send({ body: chatWith(GATED) });

    expect([answer.status, reasonOf(answer)]).toEqual([404, 'foreign_object']);
    expect(answer.body).toEqual({
      status: 404,
      title: 'Not Found',
      detail: `Function '${FUNCTION}': Not found for account 'nca-acme-0001'`,
    });
    expect(answer.headers['nvcf-error-source']).toBe('upstream_status');
  });

  it('is accepted for an account that may use it', async () => {
    const order = { type: 'personal', org: 'globex', name: 'a', user: 'a@globex.test', services: ['public-api'] };
    const { key } = (await server.call('POST /_mock/keys', { body: { ...order, roles: [] } })).body;

    expect((await send({ body: chatWith(GATED), key })).status).toBe(200);
  });

  it.each<[what: string, definition: object]>([
    ['is not in the world', { functions: [] }],
    [
      'is of another account',
      {
        functions: [
          {
            org: 'globex',
            name: 'own',
            functionId: FUNCTION,
            status: 'ACTIVE',
            access: 'owned',
            versionId: '9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0006',
          },
        ],
      },
    ],
  ])('is not found if its function %s', async (_, nvcf) => {
    const { body: cast } = await server.call('GET /_mock/cast');
    const own = await makeWorld(server, { seed: { ...cast, nvcf }, credentials: 'cast' });
    const answer = await own.call('POST /integrate/v1/chat/completions', { token: GOOD, body: chatWith(LIVE) });

    expect([answer.status, answer.body.detail]).toEqual([
      404,
      `Function '${FUNCTION}': Not found for account 'nca-acme-0001'`,
    ]);
  });

  it('is not found even if the key does not cover its function', async () => {
    expect((await send({ body: chatWith(GATED), key: castKey('nvcf-invoker').key })).status).toBe(404);
  });
});

describe('rows 12 and 13: limits of the account', () => {
  it.each<[status: number, body: object]>([
    [402, { status: 402, title: 'Payment Required', detail: 'Cloud credits expired' }],
    [429, { status: 429, title: 'Too Many Requests' }],
    [404, { status: 404, title: 'Not Found' }],
    [410, { status: 410, title: 'Gone', detail: 'Gone' }],
    [502, { type: 'about:blank', title: 'Bad Gateway', status: 502, detail: 'Upstream request failed.' }],
  ])('are simulated by faults with status %d', async (status, body) => {
    const own = await testServer();
    const fault = { match: { service: 'catalogue', operation: 'createChatCompletion' }, times: 1, do: { status } };
    expect((await own.call('POST /_mock/faults', { body: fault })).status).toBe(201);
    const answer = await own.call('POST /integrate/v1/chat/completions', { token: GOOD, body: chatWith(LIVE) });

    expect([answer.status, answer.body]).toEqual([status, body]);
    const source = { 410: undefined, 502: 'gateway_proxy_error' };
    expect(answer.headers['nvcf-error-source']).toBe(
      status in source ? source[status as 410 | 502] : 'upstream_status',
    );
  });
});

describe('row 14: the model rejects a request', () => {
  it('to embed a text without `input_type`, unless the model is symmetric', async () => {
    const path = '/integrate/v1/embeddings';
    const answer = await send({ path, body: { model: EMBEDDING, input: 'a' } });

    expect([answer.status, answer.body]).toEqual([
      400,
      { error: "'input_type' parameter is required for asymmetric models" },
    ]);
    expect((await send({ path, body: { model: EMBEDDING, input: 'a', input_type: 'passage' } })).status).toBe(200);
    expect((await send({ path, body: { model: EMBEDDING, input: 'a' }, key: STRANGER })).status).toBe(403);
    const { body: cast } = await server.call('GET /_mock/cast');
    const models = cast.catalogue.models.map((item: { id: string }) =>
      item.id === EMBEDDING ? { ...item, symmetric: true } : item,
    );
    const own = await makeWorldWith(models);
    expect((await own.call(`POST ${path}`, { token: GOOD, body: { model: EMBEDDING, input: 'a' } })).status).toBe(200);
  });

  it('with more than one tool call, if the model supports only single tool calls', async () => {
    const calls = (count: number) => [
      ...HELLO,
      { role: 'assistant', content: null, tool_calls: Array.from({ length: count }, (_, id) => ({ id: `${id}` })) },
    ];
    const ask = (model: string, count: number) => send({ body: { model, messages: calls(count) } });

    expect((await ask(RETIRING, 2)).body.error.message).toBe('This model only supports single tool-calls at once!');
    expect((await ask(RETIRING, 1)).status).toBe(200);
    expect((await ask(LIVE, 2)).status).toBe(200);
  });

  it.each<[path: string, body: object, named: string]>([
    ['chat/completions', { ...chatWith(RETIRING), prompt_cache_key: 'a' }, '`prompt_cache_key`'],
    [
      'chat/completions',
      { ...chatWith(RETIRING), prompt_cache_options: {}, prompt_cache_key: null },
      '`prompt_cache_key`, `prompt_cache_options`',
    ],
    ['embeddings', { model: EMBEDDING, input: 'a', input_type: 'query', dimensions: 8 }, '`dimensions`'],
  ])('to %s with members that the model rejects: %j', async (path, body, named) => {
    const answer = await send({ path: `/integrate/v1/${path}`, body });

    expect([answer.status, answer.body]).toEqual([
      400,
      { message: `Validation: Unsupported parameter(s): ${named}`, type: 'Bad Request', code: 400 },
    ]);
    expect(answer.headers['nvcf-error-source']).toBe('upstream_status');
    expect((await send({ body: { ...chatWith(LIVE), prompt_cache_key: 'a' } })).status).toBe(200);
  });

  it('with members that a seed names, at each of its paths', async () => {
    const paths = ['/v1/chat/completions', '/v1/completions', '/v1/responses', '/v1/messages', '/v1/a/b/c'];
    const models = [{ id: 'a/strict', functionId: FUNCTION, paths, rejects: ['seed'] }];
    const own = await makeWorldWith(models);
    const body = { model: 'a/strict', messages: HELLO, max_tokens: 9, prompt: 'a', input: 'a' };

    for (const path of paths) {
      const request = `POST ${path === '/v1/a/b/c' ? '/ai' : '/integrate'}${path}`;
      expect([path, (await own.call(request, { token: GOOD, body })).status]).toEqual([path, 200]);
      const refused = await own.call(request, { token: GOOD, body: { ...body, seed: 1 } });
      expect([path, refused.status, refused.body.type]).toEqual([path, 400, 'Bad Request']);
    }
  });

  it('to embed a text beyond the `maxTokens` of the model, unless `truncate` cuts it', async () => {
    const embed = async (input: unknown, more: object = {}) => {
      const order = { model: EMBEDDING, input, input_type: 'query', ...more };
      const { status, body } = await send({ path: '/integrate/v1/embeddings', body: order });
      return status === 200 ? body.data.at(-1).embedding : [status, body];
    };
    const words = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => `word${from + at}`).join(' ');
    const tokens = (count: number) => Array.from({ length: count }, (_, at) => at);
    const refusal = (length: number) => [
      400,
      { error: `Input length ${length} exceeds maximum allowed token size 512` },
    ];
    const whole = await embed(words(0, 512));

    expect(whole).toHaveLength(8);
    expect(await embed(`  ${words(0, 512)}\n`)).toHaveLength(8);
    expect(await embed(words(0, 513))).toEqual(refusal(513));
    expect(await embed(['short', words(0, 600)], { truncate: 'NONE' })).toEqual(refusal(600));
    expect(await embed(tokens(513))).toEqual(refusal(513));
    expect(await embed([tokens(2), tokens(513)], { truncate: null })).toEqual(refusal(513));
    expect(await embed(`${words(0, 512)} `)).toEqual(await embed(words(0, 600), { truncate: 'END' }));
    expect(await embed(words(1, 513))).not.toEqual(whole);
    expect(await embed(` ${words(1, 513)}`)).toEqual(await embed(words(0, 513), { truncate: 'START' }));
  });

  it('with a `truncate` other than `NONE`, `START` and `END`', async () => {
    const body = { model: EMBEDDING, input: 'a', input_type: 'query', truncate: 'MIDDLE' };
    const answer = await send({ path: '/integrate/v1/embeddings', body });

    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining('`truncate`')]);
  });

  it('with an `input_type` other than `query` and `passage`', async () => {
    const path = '/integrate/v1/embeddings';
    const answer = await send({ path, body: { model: EMBEDDING, input: 'a', input_type: 'document' } });

    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining('`input_type`')]);
    expect(answer.body.error.message).toContain('`passage`');
  });

  it.each<[body: object, message: string]>([
    [{ passages: [{ text: 'a' }] }, '`query` is missing'],
    [{ query: { text: 'a' } }, '`passages` is missing'],
    [{ query: 'a', passages: [{ text: 'a' }] }, '`query` is not valid'],
    [{ query: { text: 'a' }, passages: [] }, '`passages` is not valid'],
    [{ query: { text: 'a' }, passages: [{ text: 'a' }, 'b'] }, '`passages[1]` is not valid'],
    [{ query: { text: 'a' }, passages: Array.from({ length: 513 }, () => ({ text: 'a' })) }, '1 to 512'],
  ])('to rank passages with an incomplete body: %j', async (body, message) => {
    const answer = await send({ path: '/ai/v1/retrieval/nvidia/reranking', body });

    expect([answer.status, answer.headers['nvcf-error-source']]).toEqual([400, 'upstream_status']);
    expect(answer.body.error.message).toContain(message);
  });

  it('only after `nvcf-poll-seconds` is validated', async () => {
    const headers = { 'nvcf-poll-seconds': 'soon' };
    const answer = await send({ path: '/integrate/v1/embeddings', body: { model: EMBEDDING, input: 'a' }, headers });

    expect([answer.status, answer.body]).toEqual([
      400,
      { status: 400, title: 'Bad Request', detail: 'failed to parse poll duration' },
    ]);
  });

  it('with a body that the model cannot read', async () => {
    const answer = await send({ body: { model: LIVE, messages: 'Hello' } });

    expect([answer.status, typeOf(answer)]).toEqual([400, 'application/json']);
    expect(answer.body.error.message).toContain('messages');
  });
});

describe('`/v1/messages`, which the LLM gateway serves', () => {
  const MESSAGE = { model: LIVE, max_tokens: 9, messages: HELLO };
  const sendMessage = (body: unknown, sent: Sent = {}) => send({ path: '/integrate/v1/messages', body, ...sent });

  it.each<[what: string, body: unknown, expected: readonly [status: number, type: string, reason: string]]>([
    ['a body that is not JSON', '{', [400, 'invalid_request_error', 'body_not_decoded']],
    ['a model that is not a string', { model: 1 }, [400, 'invalid_request_error', 'body_not_decoded']],
    ['no model', { messages: HELLO }, [400, 'invalid_request_error', 'model_missing']],
    ['an unknown model', { model: 'nobody/nothing' }, [404, 'not_found_error', 'unknown_model']],
    ['a model without this path', { model: RETIRING }, [404, 'not_found_error', 'unknown_model']],
  ])("is refused in the form of Anthropic's API before the key is checked: %s", async (_, body, expected) => {
    for (const key of [GOOD, BAD_KEY, null]) {
      const answer = await sendMessage(body, { key });

      expect([answer.status, answer.body.error.type, reasonOf(answer)]).toEqual(expected);
      expect(answer.body).toEqual({ type: 'error', error: { type: expected[1], message: expect.stringMatching(/./) } });
      expect([typeOf(answer), isGateway(answer)]).toEqual(['application/json', true]);
    }
  });

  it.each<[what: string, key: string | null, status: number, message: string]>([
    ['a malformed key', BAD_KEY, 403, 'permission denied'],
    ['a key for another service', STRANGER, 403, 'permission denied'],
    ['a service key without the scope', castKey('nvcf-deployer').key, 403, 'permission denied'],
    ['a string that is not a key', 'sk-other', 401, 'authentication failed'],
    ['no key', null, 401, 'bearer authorization is required'],
  ])('refuses keys like the LLM gateway: %s', async (_, key, status, message) => {
    const answer = await sendMessage(MESSAGE, { key });

    expect([answer.status, answer.body]).toEqual([status, { message }]);
    expect([typeOf(answer), answer.headers['nvcf-error-source']]).toEqual(['application/json', 'upstream_status']);
  });

  it('is not found for an account that may not use the function of the model', async () => {
    const models = [{ id: 'a/gated', functionId: FUNCTION, paths: ['/v1/messages'], accounts: ['nca-globex-0002'] }];
    const own = await makeWorldWith(models);
    const answer = await own.call('POST /integrate/v1/messages', {
      token: GOOD,
      body: { ...MESSAGE, model: 'a/gated' },
    });

    expect([answer.status, answer.body]).toEqual([404, { message: 'not found' }]);
  });

  it.each<[body: object, message: string]>([
    [{ max_tokens: undefined }, 'max_tokens must be positive'],
    [{ MAX_TOKENS: 1 }, "ambiguous member 'max_tokens': send it once, in lower case"],
  ])('validates the body like the LLM gateway: %j', async (change, message) => {
    const answer = await sendMessage({ ...MESSAGE, ...change });

    expect([answer.status, answer.body]).toEqual([400, { message }]);
    expect(answer.headers['nvcf-error-source']).toBe('upstream_status');
  });

  it('responds like the LLM gateway, with the session of the request, and without a request to poll', async () => {
    const headers = { 'x-multi-turn-session-id': 'mine', 'nvcf-function-id': 'not-read', 'nvcf-poll-seconds': 'soon' };
    const answer = await sendMessage(MESSAGE, { headers });

    expect(answer).toMatchObject({ status: 200, body: { type: 'message', model: LIVE } });
    expect([answer.headers['x-multi-turn-session-id'], answer.headers['nvcf-reqid']]).toEqual(['mine', undefined]);
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each<[status: number, source: string, body: object]>([
    [499, 'gateway_rejected', { type: 'error', error: { type: 'api_error', message: 'Client Closed Request' } }],
    [502, 'gateway_proxy_error', { type: 'error', error: { type: 'api_error', message: 'Upstream request failed.' } }],
    [529, 'upstream_status', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    [429, 'upstream_status', { message: 'Too Many Requests' }],
  ])('has the form of the part that fails in faults with status %d', async (status, source, body) => {
    const own = await testServer();
    const action = { status, ...(status === 499 && { offDocument: true }) };
    const fault = { match: { service: 'catalogue', operation: 'createMessage' }, do: action };
    expect((await own.call('POST /_mock/faults', { body: fault })).status).toBe(201);
    const answer = await own.call('POST /integrate/v1/messages', { token: GOOD, body: MESSAGE });

    expect([answer.status, answer.body]).toEqual([status, body]);
    expect([typeOf(answer), answer.headers['nvcf-error-source']]).toEqual(['application/json', source]);
  });
});

describe('a model with an end-of-life time', () => {
  it('returns it as `deprecation` before that time, and 410 after it', async () => {
    const own = await testServer();
    const ask = (key = GOOD) =>
      own.call('POST /integrate/v1/chat/completions', { token: key, body: chatWith(RETIRING) });
    const states = async () => {
      const { body } = await own.call('GET /_mock/cast');
      return body.catalogue.models.find(({ id }: { id: string }) => id === RETIRING).state;
    };
    const lists = async () => {
      const { body } = await own.call('GET /integrate/v1/models');
      return body.data.some(({ id }: { id: string }) => id === RETIRING);
    };

    for (const key of [GOOD, STRANGER, BAD_KEY])
      expect((await ask(key)).headers['deprecation']).toBe('2099-12-31T00:00:00Z');
    expect([await states(), await lists()]).toEqual(['retiring', true]);
    expect((await own.call('POST /_mock/clock/set', { body: { to: '2099-12-31T00:00:00Z' } })).status).toBe(200);
    expect([(await ask()).status, await states()]).toEqual([200, 'retiring']);
    await own.call('POST /_mock/clock/advance', { body: { by: '1s' } });
    expect([(await ask(BAD_KEY)).status, await states(), await lists()]).toEqual([410, 'retired', false]);
  });
});

describe('the explanation', () => {
  const hintOf = ({ headers }: Answer) => String(headers['x-mock-hint']);

  it.each([RETIRED, OFFLINE, 'nobody/nothing'])(
    'for %s with a malformed key states that the model is checked before the key',
    async (model) => {
      const bad = await send({ body: { model }, key: BAD_KEY });
      expect(hintOf(await send({ body: { model }, key: STRANGER }))).toContain('`service_not_enabled`');
      const good = await send({ body: { model } });

      expect(hintOf(bad)).toContain('`malformed_key`');
      expect(hintOf(good)).not.toContain('malformed');
      for (const answer of [bad, good]) expect(hintOf(answer)).toContain('before it checks the key');
      const { body } = await server.call(`GET /_mock/decisions/${bad.decision?.id}`);
      expect(body.fixes.length).toBeGreaterThan(0);
    },
  );

  it('contains the path at which the model can be called, or the most similar name', async () => {
    const readDetail = async (body: object) => {
      const { decision } = await send({ path: '/integrate/v1/embeddings', body });
      return (await server.call(`GET /_mock/decisions/${decision?.id}`)).body.detail;
    };

    expect(await readDetail({ model: GATED })).toContain('`/v1/chat/completions`');
    expect(await readDetail({ model: 'nvidia/nv-embedqa-e5-v4' })).toContain(EMBEDDING);
  });

  it('suggests adding the service to the key, and for a gated model states that the account may not use it', async () => {
    const { decision } = await send({ key: STRANGER });
    const { body } = await server.call(`GET /_mock/decisions/${decision?.id}`);

    expect(body.fixes).toContainEqual(
      expect.objectContaining({
        request: expect.objectContaining({ method: 'PATCH', body: { services: ['air', 'public-api'] } }),
      }),
    );
    expect(hintOf(await send({ body: chatWith(GATED) }))).toContain('account may not use');
    expect(body.instead).toBe('catalogue-user');
  });

  it('of a list of models is a hint if the key, which is not checked, is not valid', async () => {
    const own = await testServer();
    const hints = async () => (await listHints(own)).map(({ code }: { code: string }) => code);

    expect((await own.call('GET /integrate/v1/models', { token: GOOD })).status).toBe(200);
    expect((await own.call('GET /integrate/v1/models')).status).toBe(200);
    expect(await hints()).toEqual([]);
    expect((await own.call('GET /integrate/v1/models', { token: castKey('nvcf-invoker').key })).status).toBe(200);
    expect(await hints()).toEqual([]);
    for (const token of [BAD_KEY, STRANGER]) {
      expect((await own.call(`GET /integrate/v1/models/${LIVE}`, { token })).status).toBe(200);
      expect((await own.call('GET /integrate/v1/models', { token })).status).toBe(200);
    }
    expect(await hints()).toEqual(['key_not_checked', 'key_not_checked']);
  });
});

describe('a request that only the mock rejects', () => {
  it.each([
    ['a large body of many small values', JSON.stringify({ model: LIVE, messages: Array(600_000).fill([]) })],
    ['a `__proto__` member', `{"model":"${LIVE}","messages":[],"__proto__":1}`],
  ])('has no `nvcf-error-source`: %s', async (_, body) => {
    const answer = await send({ body, headers: { 'content-type': 'application/json' } });

    expect([answer.status, answer.headers['nvcf-error-source']]).toEqual([400, undefined]);
  });

  it('has more numbers to embed than the limit of 262144', async () => {
    const body = { model: 'a/b', input: Array(9999).fill('a'), dimensions: 4096, input_type: 'query' };
    const models = [{ id: 'a/b', functionId: FUNCTION, paths: ['/v1/embeddings'] }];
    const own = await makeWorldWith(models);
    const answer = await own.call('POST /integrate/v1/embeddings', { token: GOOD, body });

    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('262144')]);
  });
});

describe('the content type of a body', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded'])('is ignored: %s', async (type) => {
    const headers = { 'content-type': type };
    const ask = (body: object, key?: string) => send({ body: JSON.stringify(body), headers, ...(key && { key }) });

    expect((await ask(chatWith(LIVE))).status).toBe(200);
    expect((await ask({ model: RETIRED })).status).toBe(410);
    expect((await ask(chatWith(LIVE), BAD_KEY)).status).toBe(403);
  });
});

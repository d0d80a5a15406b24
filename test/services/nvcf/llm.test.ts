/** The LLM gateway, which invokes functions at the paths of OpenAI's API. */
import { describe, expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { ACME, environment, FOREIGN, FULL, NOBODY, nvcfServer, placeOf } from '../../support/nvcf-client.ts';
import { overHttp } from '../../support/over-http.ts';
import { START } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HOST = 'llm.invocation.localhost:6625';
const [echo, summarize] = [placeOf('echo'), placeOf('summarize')];

const server = await nvcfServer();

interface SendOptions {
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
function ask(path: string, { key = FULL, body = CHAT, headers = {} }: SendOptions = {}, on = server) {
  const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
  return on.call(`POST ${path}`, { body, headers: { host: HOST, ...authorization, ...headers } });
}

const askChat = (options?: SendOptions) => ask('/v1/chat/completions', options);

/** Parses the data of each server-sent event. */
const parseEvents = (text: string) =>
  text.split('\n').flatMap((line) => {
    if (!line.startsWith('data: ')) return [];
    return [line === 'data: [DONE]' ? 'done' : JSON.parse(line.slice('data: '.length))];
  });

describe('a chat with an echo function', () => {
  it('returns the last message of the user in the format of OpenAI', async () => {
    const { status, body, decision } = await askChat();

    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^chatcmpl-[0-9a-f]{24}$/),
      object: 'chat.completion',
      created: START / 1000,
      model: CHAT.model,
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
    [
      'content with several parts',
      [{ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'image_url' }, { text: 'b' }] }],
      'ab',
    ],
    [
      'a chat that ends with a message of the assistant',
      [
        { role: 'user', content: 'mine' },
        { role: 'assistant', content: 'its' },
      ],
      'mine',
    ],
  ])('accepts %s', async (_what, messages, content) => {
    const { body } = await askChat({ body: { ...CHAT, messages } });

    expect(body.choices[0].message.content).toBe(content);
  });

  it('streams chunks that end with [DONE], with the usage only if it is requested', async () => {
    const { status, headers, body } = await askChat({
      body: { ...CHAT, stream: true, stream_options: { include_usage: true } },
    });
    const events = parseEvents(body);

    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(events.slice(0, 3).map(({ choices: [{ delta, finish_reason }] }) => [delta, finish_reason])).toEqual([
      [{ role: 'assistant', content: '' }, null],
      [{ content: 'Hello' }, null],
      [{}, 'stop'],
    ]);
    expect(events[3]).toMatchObject({ object: 'chat.completion.chunk', choices: [], usage: { total_tokens: 4 } });
    expect(events.slice(4)).toEqual(['done']);
    expect(parseEvents((await askChat({ body: { ...CHAT, stream: true } })).body)).toHaveLength(4);
  });

  it.each(['/v1', '/openai/v1', '/api/openai/v1', '/llm/v1'])('is served below %s', async (prefix) => {
    const headers = prefix.startsWith('/llm') ? { host: 'localhost:6625' } : {};
    const { status, body } = await ask(`${prefix}/chat/completions`, { headers });

    expect([status, body.object]).toEqual([200, 'chat.completion']);
  });

  it('accepts the function in a header, and then returns the unchanged model', async () => {
    const headers = { 'nvcf-function-id': echo.functionId, 'x-nvcf-target-region': 'eu' };
    const { status, body } = await askChat({ headers, body: { ...CHAT, model: 'meta/llama' } });

    expect([status, body.model]).toEqual([200, 'meta/llama']);
  });

  it('uses the function of the header before the function of the model', async () => {
    const { decision } = await askChat({ headers: { 'nvcf-function-id': summarize.functionId } });
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(body.target).toBe(summarize.functionId);
  });

  it('does not read `X-NVCF-Function-ID`, and says so in a hint', async () => {
    const headers = { 'x-nvcf-function-id': echo.functionId };
    for (const model of ['tiny', 'meta/llama', `${NOBODY}/x`]) {
      const answer = await askChat({ headers, body: { ...CHAT, model } });
      expect([400, 404]).toContain(answer.status);
      expect(answer.headers['x-mock-hint']).toContain('`nvcf-function-id`');
    }
    expect((await askChat({ headers })).headers['x-mock-hint']).toBeUndefined();
  });

  it('ignores an empty header', async () => {
    expect((await askChat({ headers: { 'nvcf-function-id': '' } })).status).toBe(200);
  });
});

describe('a response of an echo function', () => {
  it.each([
    ['a string', 'Hello'],
    ['messages', [{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }]],
  ])('repeats an input of %s', async (_what, input) => {
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
    const events = parseEvents(body);

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

  it('are equal for equal texts, and differ for different texts', async () => {
    const [first, second, third] = await embed({ input: ['a', 'b', 'a'] });

    expect(first).toHaveLength(8);
    expect(first).toEqual(third);
    expect(first).not.toEqual(second);
    expect(await embed({ input: 'a' })).toEqual([first]);
  });

  it.each([
    [[1, 2], 1],
    [[[1, 2], [3]], 2],
  ])('for the tokens %j are a list of %i', async (input, count) => {
    expect(await embed({ input })).toHaveLength(count);
  });

  it('have the requested length and encoding', async () => {
    const [long] = await embed({ input: 'a', dimensions: 1024 });
    const [bytes] = await embed({ input: 'a', dimensions: 3, encoding_format: 'base64' });

    expect(long).toHaveLength(1024);
    const buffer = Buffer.from(bytes, 'base64');
    expect([0, 4, 8].map((at) => Math.fround(long[at / 4]) === buffer.readFloatLE(at))).toEqual([true, true, true]);
  });
});

const MESSAGES = { model: CHAT.model, max_tokens: 64, messages: [{ role: 'user', content: 'Hello' }] };
const send = (body: object, options: SendOptions = {}, on = server) => ask('/v1/messages', { ...options, body }, on);

describe('messages to an echo function', () => {
  it('are answered in the format of Anthropic', async () => {
    const { status, body, headers } = await send({ ...MESSAGES, system: 'Be brief.' });

    expect([status, headers['x-request-id']]).toEqual([200, expect.stringMatching(UUID)]);
    expect(body).toEqual({
      id: expect.stringMatching(/^msg_[0-9a-f]{24}$/),
      type: 'message',
      role: 'assistant',
      model: 'tiny',
      content: [{ type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 2, output_tokens: 2 },
    });
  });

  it('are streamed as named events', async () => {
    const { headers, body } = await send({ ...MESSAGES, stream: true });
    const names = body.split('\n').filter((line: string) => line.startsWith('event: '));

    expect(headers['content-type']).toBe('text/event-stream');
    expect(names).toEqual(
      [
        ...['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop'],
        ...['message_delta', 'message_stop'],
      ].map((name) => `event: ${name}`),
    );
    expect(parseEvents(body)[2]).toEqual({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'Hello' },
    });
  });

  const TOKENS = 'max_tokens must be positive';
  it.each<[what: string, body: object, message: string]>([
    ['without max_tokens', { ...MESSAGES, max_tokens: undefined }, TOKENS],
    ['with max_tokens of zero and no messages', { ...MESSAGES, max_tokens: 0, messages: [] }, TOKENS],
    ['with an empty list of messages', { ...MESSAGES, messages: [] }, 'messages must be a non-empty array'],
    [
      'with two members that differ only in case',
      { ...MESSAGES, max_tokens: 0, MAX_TOKENS: 1 },
      "ambiguous member 'max_tokens': send it once, in lower case",
    ],
  ])('are rejected %s with the text of the gateway', async (_what, body, message) => {
    const answer = await send(body);
    expect([answer.status, answer.body]).toEqual([400, { message }]);
  });

  it.each([{ max_tokens: 0 }, { max_tokens: '5' }, { messages: [] }, { stream: 5 }])(
    'are rejected for an unknown function before they are validated: %j',
    async (invalid) => {
      const answer = await send({ ...MESSAGES, model: `${NOBODY}/x`, ...invalid });
      expect([answer.status, answer.body]).toEqual([404, { message: 'not found' }]);
    },
  );

  it('may have other members that differ only in case, which the gateway does not read', async () => {
    expect((await send({ ...MESSAGES, Metadata: {}, metadata: {} })).status).toBe(200);
  });

  it('require a key in `Authorization`, not in `x-api-key`', async () => {
    const { status, body } = await send(MESSAGES, { key: null, headers: { 'x-api-key': FULL } });
    expect([status, body]).toEqual([401, { message: 'bearer authorization is required' }]);
  });

  it('are served only below /v1', async () => {
    for (const prefix of ['/openai/v1', '/api/openai/v1'])
      expect((await ask(`${prefix}/messages`, { body: MESSAGES })).status).toBe(404);
  });
});

describe('the session id of a request', () => {
  const NAME = 'x-multi-turn-session-id';
  const readSessionId = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const answer = await ask(path, { body, headers });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.headers[NAME];
  };
  const RESPONSE = { model: CHAT.model, input: 'Hello' };
  const CONVERSATION = { id: 'of-conversation' };
  const DERIVED = /^mt:v1:payload:[0-9a-f]{64}$/;

  it.each<[name: string, path: string, body: object, headers: Record<string, string>]>([
    ['of-key', '/v1/chat/completions', { ...CHAT, prompt_cache_key: 'of-key' }, { [NAME]: 'of-header' }],
    ['of-header', '/v1/chat/completions', { ...CHAT, prompt_cache_key: '' }, { [NAME]: 'of-header' }],
    ['of-header', '/v1/chat/completions', { ...CHAT, prompt_cache_key: null }, { [NAME]: 'of-header' }],
    [
      'of-key',
      '/v1/responses',
      { ...RESPONSE, prompt_cache_key: 'of-key', conversation: CONVERSATION },
      { [NAME]: 'of-header' },
    ],
    ['of-conversation', '/v1/responses', { ...RESPONSE, conversation: CONVERSATION }, { [NAME]: 'of-header' }],
    ['of-header', '/v1/responses', { ...RESPONSE, conversation: {} }, { [NAME]: 'of-header' }],
    [
      'of-header',
      '/v1/messages',
      { ...MESSAGES, prompt_cache_key: 'of-key' },
      { [NAME]: 'of-header', 'x-claude-code-session-id': 'of-claude' },
    ],
    ['of-claude', '/v1/messages', MESSAGES, { 'x-claude-code-session-id': 'of-claude' }],
  ])('is %s at %s, for %j and %j', async (name, path, body, headers) => {
    expect(await readSessionId(path, body, headers)).toBe(name);
  });

  it('is derived from the messages by default', async () => {
    const first = await readSessionId('/v1/chat/completions', CHAT);
    const again = await readSessionId('/v1/chat/completions', { ...CHAT, stream: true });
    const different = await readSessionId('/v1/messages', {
      ...MESSAGES,
      messages: [{ role: 'user', content: 'Bye' }],
    });

    expect(first).toMatch(DERIVED);
    expect(again).toBe(first);
    expect(different).toMatch(DERIVED);
    expect(different).not.toBe(first);
    expect(await readSessionId('/v1/responses', RESPONSE)).toMatch(DERIVED);
  });

  it('is not returned for embeddings', async () => {
    expect(await readSessionId('/v1/embeddings', RESPONSE, { [NAME]: 'of-header' })).toBeUndefined();
  });

  it.each([false, true])('is returned in bytes of UTF-8 (stream: %s)', async (stream) => {
    const text = 'разговор 会话 à';
    const bytes = Buffer.from(text).toString('latin1');
    const over = await nvcfServer({}, {}, overHttp);
    const { headers } = await ask('/v1/chat/completions', { body: { ...CHAT, stream, prompt_cache_key: text } }, over);

    expect(headers[NAME]).toBe(bytes);
    expect(await readSessionId('/v1/chat/completions', { ...CHAT, stream }, { [NAME]: bytes })).toBe(bytes);
  });

  const INVALID_KEY = 'session id from prompt_cache_key is invalid';
  it.each<[message: string, body: object, headers: Record<string, string>]>([
    [`${NAME} is invalid: must be at most 256 bytes`, { prompt_cache_key: 'a' }, { [NAME]: 'x'.repeat(257) }],
    [`${INVALID_KEY}: must be at most 256 bytes`, { prompt_cache_key: 'я'.repeat(129) }, {}],
    [`${INVALID_KEY}: must not contain control characters`, { prompt_cache_key: 'a\nb' }, {}],
  ])('is rejected if it is invalid: %s', async (message, body, headers) => {
    const answer = await askChat({ body: { ...CHAT, ...body }, headers });
    expect([answer.status, answer.body]).toEqual([400, { message }]);
  });

  it('may have 256 bytes', async () => {
    expect(await readSessionId('/v1/chat/completions', CHAT, { [NAME]: 'x'.repeat(256) })).toHaveLength(256);
  });
});

const OWN_HOST = `${NOBODY}.invocation.localhost:6625`;

/** A seed with a function of the type LLM, which every account may call. */
const createLlmSeed = (tokenRateLimit = '1000-M') => ({
  extends: 'builtin',
  nvcf: {
    functions: [
      {
        org: 'acme',
        name: 'limited',
        functionId: NOBODY,
        versionId: NOBODY,
        status: 'ACTIVE',
        access: 'shared',
        sharedWith: ['globex'],
        definition: {
          functionType: 'LLM',
          models: [{ name: 'tiny', llmConfig: { uris: ['/v1/chat/completions'], tokenRateLimit } }],
        },
      },
    ],
  },
});

describe.each(['documented', 'open-source'] as const)('a function of the type LLM (%s)', async (nvcf) => {
  const world = await nvcfServer({ nvcf }, { seed: createLlmSeed() });

  it('is served by the gateway', async () => {
    const { status } = await ask('/v1/chat/completions', { body: { ...CHAT, model: `${NOBODY}/tiny` } }, world);
    expect(status).toBe(200);
  });

  it.each([
    ['POST', `/v2/nvcf/pexec/functions/${NOBODY}`, {}],
    ['POST', `/v2/nvcf/pexec/functions/${NOBODY}/versions/${NOBODY}`, {}],
    ['POST', `/v2/nvcf/exec/functions/${NOBODY}`, {}],
    ['POST', '/v1/chat/completions', { host: OWN_HOST }],
    ['GET', '/health', { host: OWN_HOST }],
  ])('is not found by %s %s, with the path of the gateway as hint', async (method, path, headers) => {
    const {
      status,
      body,
      headers: received,
    } = await world.call(`${method} ${path}`, {
      token: FULL,
      headers,
      ...(method === 'POST' && { body: { requestBody: {} } }),
    });
    const { requests } = (await world.call('GET /_mock/requests?limit=1')).body;

    expect([status, body.detail]).toEqual([
      404,
      `Function id '${NOBODY}' version '${NOBODY}': Specified function in account '${ACME}' is not found`,
    ]);
    expect(requests[0].hints.map(({ code }: { code: string }) => code)).toEqual(['path_elsewhere']);
    expect(String(received['x-mock-hint'])).toContain(
      `POST /llm/v1/chat/completions\` with \`"model": "${NOBODY}/tiny"`,
    );
  });
});

describe('the token rate limit of a model', () => {
  const functionId = NOBODY;
  /** Starts a server with a function that has a token rate limit; each chat uses four tokens. */
  async function startLimited(tokenRateLimit: string) {
    const world = await nvcfServer({}, { seed: createLlmSeed(tokenRateLimit) });
    const chat = async (more: object = {}, key = FULL) => {
      const answer = await ask(
        '/v1/chat/completions',
        { key, body: { ...CHAT, model: `${functionId}/tiny`, ...more } },
        world,
      );
      const { headers } = answer;
      const rateLimit = ['limit', 'remaining', 'reset'].map((name) => headers[`x-ratelimit-${name}-tokens`]);
      return { ...answer, rateLimit, retry: [headers['retry-after'], headers['x-should-retry']] };
    };
    return { world, chat, advance: (by: string) => world.call('POST /_mock/clock/advance', { body: { by } }) };
  }

  it('is in the headers of each response, and rejects requests beyond it with 429 until tokens are available', async () => {
    const { chat, advance } = await startLimited('10-M');
    expect((await chat()).rateLimit).toEqual(['10', '6', '24s']);
    expect((await chat()).rateLimit).toEqual(['10', '2', '48s']);

    const refused = await chat();
    expect([refused.status, refused.body]).toEqual([429, { message: 'rate limit exceeded' }]);
    expect([refused.rateLimit, refused.retry]).toEqual([
      ['10', '2', '48s'],
      ['12', undefined],
    ]);
    expect(refused.headers['x-multi-turn-session-id']).toBeUndefined();

    await advance('11s');
    expect((await chat()).status).toBe(429);
    await advance('1s');
    expect((await chat()).rateLimit).toEqual(['10', '0', '1m0s']);
  });

  it('reserves the maximum tokens of the response, but uses only the actual tokens', async () => {
    const { chat } = await startLimited('10-M');
    expect((await chat({ max_completion_tokens: 7 })).rateLimit).toEqual(['10', '1', '54s']);
    expect((await chat()).rateLimit).toEqual(['10', '2', '48s']);
    expect((await chat({ max_completion_tokens: 1 })).status).toBe(429);
    const limited = await startLimited('10-M');
    expect((await limited.chat({ max_tokens: 9 })).status).toBe(429);
    expect((await limited.chat({ max_completion_tokens: 8, max_tokens: 9 })).status).toBe(200);
  });

  it('includes all texts of embeddings', async () => {
    const { world } = await startLimited('100-M');
    const body = { model: `${functionId}/tiny`, input: ['x'.repeat(200), 'y'.repeat(40)] };
    const { status, headers } = await ask('/v1/embeddings', { body }, world);
    expect([status, headers['x-ratelimit-remaining-tokens']]).toEqual([200, '40']);
  });

  it('is returned for the shortest unit, but enforced for each unit', async () => {
    const { chat, advance } = await startLimited('5-MO, 4-S');
    expect((await chat()).rateLimit).toEqual(['4', '0', '1s']);
    await advance('2s');
    const refused = await chat();
    expect([refused.status, refused.rateLimit]).toEqual([429, ['4', '4', '1ms']]);
    expect(refused.retry).toEqual([String(Math.ceil((3 / 5) * 30 * 24 * 3600)), 'false']);
  });

  it('is enforced per account, also for streams', async () => {
    const { chat } = await startLimited('4-D');
    expect((await chat({ stream: true })).status).toBe(200);
    expect((await chat({ stream: true })).status).toBe(429);
    expect((await chat({}, FOREIGN)).status).toBe(200);
  });

  it('is not exceeded by concurrent requests', async () => {
    const { chat } = await startLimited('20-D');
    const answers = await Promise.all(Array.from({ length: 12 }, () => chat()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  });

  it('does not exist without `tokenRateLimit`, with an invalid value, and for other models', async () => {
    const { chat } = await startLimited('many');
    expect((await chat()).rateLimit).toEqual([undefined, undefined, undefined]);
    expect((await askChat()).headers['x-ratelimit-limit-tokens']).toBeUndefined();
    const limited = await startLimited('1-D');
    expect((await limited.chat({ model: `${functionId}/other` })).status).toBe(200);
  });
});

describe('the list of models of the gateway', () => {
  const open = (path: string) => server.call(`GET ${path}`, { headers: { host: HOST } });

  it('is empty, and requires no key', async () => {
    expect((await open('/v1/models')).body).toEqual({ object: 'list', data: [] });
    expect((await open('/v1/registry')).body).toEqual({ generatedAt: '2026-01-15T12:00:00Z', models: [] });
    expect((await open('/v1/registry?model=x')).status).toBe(200);
  });

  it.each(['tiny', 'meta/llama'])('does not contain %s', async (id) => {
    const { status, body } = await open(`/v1/models/${id}`);
    const message = `The model '${id}' does not exist`;
    expect([status, body]).toEqual([
      404,
      { error: { code: 'model_not_found', message, param: 'model', type: 'invalid_request_error' } },
    ]);
  });

  it('rejects an empty filter of the registry', async () => {
    const { status, body } = await open('/v1/registry?model=');
    expect([status, body.error.code]).toEqual([400, 'invalid_model_filter']);
  });
});

describe('a function with a configured answer', () => {
  it.each([
    ['a string', '"made up"', 'made up'],
    ['a list', '[1]', '[1]'],
  ])('returns it as the message if it is %s', async (_what, answer, content) => {
    const { functionId } = await server.deployed(environment({ NV_AUTH_MOCK_ANSWER: answer }));
    const body = { ...CHAT, model: `${functionId}/x` };

    expect((await askChat({ body })).body.choices[0].message.content).toBe(content);
    expect(parseEvents((await askChat({ body: { ...body, stream: true } })).body)[1].choices[0].delta.content).toBe(
      content,
    );
  });

  it('returns it as the body if it is an object', async () => {
    const variables = { NV_AUTH_MOCK_ANSWER: '{"mine": true}', NV_AUTH_MOCK_INVOKE_TIME: '30s' };
    const { functionId } = await server.deployed(environment(variables));
    const { status, body } = await askChat({ body: { ...CHAT, stream: true, model: `${functionId}/x` } });

    expect([status, body]).toEqual([200, { mine: true }]);
  });
});

describe('a rejected request', () => {
  const createKey = async (scopes: readonly string[], resource: unknown) => {
    const order = { type: 'service', name: 'for-llm', services: ['nvcf'], scopes, resource };
    return (await server.call('POST /_mock/keys', { body: order })).body.key as string;
  };
  const unknown = `${FULL.slice(0, -1)}${FULL.endsWith('A') ? 'B' : 'A'}`;

  const BASIC = { authorization: 'Basic eDp5' };
  it.each([
    ['no credential', { key: null }, 401, 'bearer authorization is required', 'no_token'],
    ['an unsupported scheme', { headers: BASIC }, 401, 'bearer authorization is required', 'wrong_scheme'],
    ['a token that is not a key', { key: 'garbage' }, 401, 'authentication failed', 'unsupported_token'],
    ['a malformed key', { key: 'nvapi-x' }, 403, 'permission denied', 'malformed_key'],
    ['a key of another issuer', { key: unknown }, 403, 'permission denied', 'foreign_key'],
    ['a key without the scope', { key: castKey('nvcf-deployer').key }, 403, 'permission denied', 'missing_scope'],
    ['a key of another account', { key: FOREIGN }, 404, 'not found', 'foreign_object'],
    ['an unknown function', { body: { ...CHAT, model: `${NOBODY}/x` } }, 404, 'not found', 'no_such_object'],
  ] as const)('with %s gets the error of the gateway', async (_what, options, status, message, reason) => {
    const answer = await askChat(options);

    expect([answer.status, answer.body, answer.decision?.reason]).toEqual([status, { message }, reason]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['x-request-id']).toMatch(UUID);
  });

  it('for a function that is not deployed gets 404 `not found`', async () => {
    const { functionId } = await server.create();
    const { status, body } = await askChat({ body: { ...CHAT, model: `${functionId}/x` } });

    expect([status, body]).toEqual([404, { message: 'not found' }]);
  });

  it.each([
    ['no function', { body: { ...CHAT, model: 'tiny' } }, 'names no function. Send `<function id>/<model>`'],
    ['no model', { body: { messages: CHAT.messages } }, 'names no function'],
    [
      'a function in the header, but no model',
      { body: { messages: CHAT.messages }, headers: { 'nvcf-function-id': echo.functionId } },
      '`model` is missing',
    ],
    ['a header that is not an id', { headers: { 'nvcf-function-id': 'abc' } }, '`nvcf-function-id` must be'],
    ['broken JSON', { body: '{' }, 'not valid JSON'],
  ])('with %s gets 400 `invalid request` and the reason', async (_what, options, detail) => {
    const { status, body, decision } = await askChat(options);

    expect([status, body.message, decision]).toEqual([400, 'invalid request', null]);
    expect(body.detail).toContain(detail);
  });

  it('with a key that does not cover the function is rejected before the body is validated', async () => {
    const key = await createKey(['invoke_function'], { type: 'Function', ids: [summarize.functionId] });
    for (const path of ['chat/completions', 'responses', 'embeddings', 'messages']) {
      const { status, decision } = await ask(`/v1/${path}`, {
        key,
        body: { model: CHAT.model, messages: 5, input: [] },
      });
      expect([status, decision.reason]).toEqual([403, 'resource_mismatch']);
    }
  });

  it('with the reserved header `x-priority` is rejected with 400', async () => {
    const { status, body } = await askChat({ headers: { 'x-priority': '1' } });
    const message = 'X-Priority is a reserved header and cannot be set by the client';

    expect([status, body]).toEqual([400, { message }]);
  });

  it.each(['documented', 'open-source'] as const)(
    'for an unknown function is rejected before the resources of the key are checked, %s profile',
    async (nvcf) => {
      const world = await nvcfServer({ nvcf });
      const order = { type: 'service', name: 'bound', services: ['nvcf'], scopes: ['invoke_function'] };
      const resource = { type: 'Function', ids: [summarize.functionId] };
      const { key } = (await world.call('POST /_mock/keys', { body: { ...order, resource } })).body;
      const answers = [NOBODY, echo.functionId].map(async (id) => {
        const { status, body, decision } = await ask(
          '/v1/chat/completions',
          { key, body: { ...CHAT, model: `${id}/x` } },
          world,
        );
        return [status, body.message, decision.reason];
      });

      expect(await Promise.all(answers)).toEqual([
        [404, 'not found', 'no_such_object'],
        [403, 'permission denied', 'resource_mismatch'],
      ]);
    },
  );

  it.each([
    [405, 'GET /v1/chat/completions'],
    [404, 'POST /v1/completions'],
    [404, 'GET /'],
    [404, 'GET /_mock/health'],
    [404, 'GET /v2/nvcf/functions'],
  ])('gets %i in the format of the gateway for %s', async (status, line) => {
    const answer = await server.call(line, { token: FULL, headers: { host: HOST } });

    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ message: status === 404 ? 'not found' : expect.stringContaining('POST') });
  });

  it.each([
    [502, 'authentication failed'],
    [503, 'authentication service unavailable'],
    [504, 'authentication timed out'],
    [403, 'permission denied'],
  ])('can be a simulated fault with status %i', async (status, message) => {
    const match = { operation: 'createChatCompletion' };
    expect((await server.call('POST /_mock/faults', { body: { match, times: 1, do: { status } } })).status).toBe(201);
    const answer = await askChat();

    expect([answer.status, answer.body]).toEqual([status, { message }]);
  });
});

it('a request id is repeated if it is valid, and replaced otherwise', async () => {
  const readRequestId = async (id: string, key: string | null = FULL) =>
    (await askChat({ key, headers: { 'x-request-id': id } })).headers['x-request-id'];

  expect(await readRequestId('mine-1')).toBe('mine-1');
  expect(await readRequestId('mine-2', null)).toBe('mine-2');
  expect(await readRequestId('x'.repeat(129))).toMatch(UUID);
});

it.each(['healthz', 'readyz', 'info'])('/%s requires no key', async (path) => {
  expect((await server.call(`GET /${path}`, { headers: { host: HOST } })).status).toBe(200);
});

it.each(['llm.localhost:6625', 'llm.localhost', 'llm.invocation.nvcf.nvidia.com'])(
  'the gateway is served at the host %s, which nvcf-cli derives from its base URL',
  async (host) => {
    expect((await askChat({ headers: { host } })).status).toBe(200);
    expect((await server.call('GET /v1/chat/completions', { headers: { host: 'llm.example' } })).status).toBe(404);
  },
);

it('a label in the host selects the world, which may have its own keys', async () => {
  const world = await makeWorld(server, { id: 'alice', credentials: 'own' });
  const own = world.cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-full-access').key;

  for (const host of ['llm.invocation.alice.localhost:6625', 'llm.alice.localhost:6625']) {
    expect((await askChat({ headers: { host } })).body).toEqual({ message: 'permission denied' });
    expect((await askChat({ headers: { host }, key: own })).status).toBe(200);
  }
  expect((await askChat({ key: own })).status).toBe(200);
});

it('requests are recorded with their operation at every path', async () => {
  await ask('/openai/v1/embeddings', { body: { model: CHAT.model, input: 'a' } });
  const { requests } = (await server.call('GET /_mock/requests')).body;

  expect(requests[0]).toMatchObject({
    operation: 'createEmbedding',
    path: '/llm/openai/v1/embeddings',
    status: 200,
    principal: { name: 'nvcf-full-access' },
  });
});

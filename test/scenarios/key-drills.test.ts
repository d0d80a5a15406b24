/** Each drill for keys with a correct client, which passes, and a naive one, which fails. */
import { beforeEach, describe, expect, it } from 'vitest';
import { problemDocument } from '../support/refusal-shapes.ts';
import { START, testServer } from '../support/server.ts';

const server = await testServer();
const { body: cast } = await server.call('GET /_mock/cast');

interface CastKey {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly resource: { readonly ids: readonly string[] };
}

const findKey = (name: string): CastKey => cast.ngc.keys.find((one: CastKey) => one.name === name);
const deployer = findKey('nvcf-deployer');
const invoker = findKey('nvcf-invoker');
const airUser = findKey('air-user');
const catalogueUser = findKey('catalogue-user');

const LIST = 'GET /v2/nvcf/functions';
const SIMULATIONS = 'GET /api/v3/simulations/';
const CHAT = 'POST /integrate/v1/chat/completions';

const startDrill = async (name: string, body: object = {}) => {
  const answer = await server.call(`POST /_mock/drills/${name}`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const readDrill = async (name: string) => (await server.call(`GET /_mock/drills/${name}`)).body;
const readResult = async (name: string) => (await readDrill(name)).verdict.result;
const send = async (request: string, { key }: Pick<CastKey, 'key'>, body?: object) =>
  (await server.call(request, { token: key, ...(body !== undefined && { body }) })).status;
const listRequestIds = async (): Promise<readonly string[]> =>
  (await server.call('GET /_mock/requests')).body.requests.map(({ id }: { id: string }) => id);

beforeEach(async () => {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
});

describe('rotate-key', () => {
  it('passes a client that continues with the new key after one rejection', async () => {
    expect(await send(LIST, deployer)).toBe(200);
    const { key, principal, did } = await startDrill('rotate-key');
    expect([principal.name, did]).toEqual([deployer.name, `Rotated the key ${deployer.name}.`]);
    expect(await readResult('rotate-key')).toBe('waiting');
    expect(await send(LIST, deployer)).toBe(403);
    expect(await readDrill('rotate-key')).toMatchObject({
      verdict: { result: 'waiting', sentence: 'The drill has refused 1 request. The new key has not been sent yet.' },
    });
    expect(await send(LIST, { key })).toBe(200);
    const [passed, refused] = await listRequestIds();
    expect((await readDrill('rotate-key')).verdict).toEqual({
      result: 'passed',
      sentence: 'The new key was sent.',
      requests: [refused, passed],
    });
  });

  it('fails a client that sends the old key again, permanently', async () => {
    expect(await send(LIST, deployer)).toBe(200);
    const { key } = await startDrill('rotate-key');
    await send(LIST, deployer);
    await send('GET /v2/nvcf/clusterGroups', deployer);
    await send(LIST, { key });
    const [, again, first] = await listRequestIds();
    expect((await readDrill('rotate-key')).verdict).toEqual({
      result: 'failed',
      sentence: 'A request was sent again after its refusal.',
      requests: [first, again],
    });
  });

  it('applies to the named key, even if it was not used', async () => {
    const { principal, key } = await startDrill('rotate-key', { principal: airUser.name });
    expect(principal.id).toBe(airUser.id);
    expect(await send(SIMULATIONS, { key })).toBe(200);
    expect(await readResult('rotate-key')).toBe('passed');
  });

  it('does not pass for the old key after a snapshot has restored it', async () => {
    const { body: snapshot } = await server.call('POST /_mock/snapshots', { body: {} });
    expect(await send(LIST, deployer)).toBe(200);
    await startDrill('rotate-key');
    await server.call(`POST /_mock/snapshots/${snapshot.id}/restore`, { body: {} });
    expect(await send(LIST, deployer)).toBe(200);
    expect(await readResult('rotate-key')).toBe('waiting');
  });

  it('does not confuse an unknown key with the old key', async () => {
    await startDrill('rotate-key', { principal: deployer.name });
    await server.call(`DELETE /_mock/keys/${invoker.id}`);
    await send(LIST, invoker);
    await send(LIST, invoker);
    expect(await readResult('rotate-key')).toBe('waiting');
  });
});

describe('expire-key', () => {
  it('is rejected for a key that is already rejected, with the reason', async () => {
    expect(await send(LIST, deployer)).toBe(200);
    await startDrill('expire-key');
    for (const [name, body] of [
      ['expire-key', {}],
      ['rotate-key', {}],
      ['narrow-key', {}],
      ['rotate-key', { principal: deployer.name }],
    ] as const) {
      const answer = await server.call(`POST /_mock/drills/${name}`, { body });
      expect(answer.status, name).toBe(409);
      expect(problemDocument(answer)).toContain('`expired_key`');
    }
  });

  it('passes a client that stops', async () => {
    expect(await send(LIST, deployer)).toBe(200);
    await startDrill('expire-key');
    expect(await readResult('expire-key')).toBe('waiting');
    expect(await send(LIST, deployer)).toBe(403);
    expect(await readResult('expire-key')).toBe('passed');
  });

  it('fails a client that continues with another request', async () => {
    expect(await send(LIST, deployer)).toBe(200);
    await startDrill('expire-key');
    await send(LIST, deployer);
    await send('GET /v2/nvcf/clusterGroups', deployer);
    expect(await readResult('expire-key')).toBe('failed');
  });
});

describe('narrow-key', () => {
  const advance = (by: string) => server.call('POST /_mock/clock/advance', { body: { by } });

  it('takes effect after 15 minutes without a propagation delay, and passes a client that then stops', async () => {
    expect((await server.call('GET /_mock/propagation')).body.mode).toBe('off');
    expect(await send(LIST, deployer)).toBe(200);
    const { did } = await startDrill('narrow-key');
    expect(did).toBe(
      `The key ${deployer.name} loses \`list_functions\` at ${new Date(START + 15 * 60_000).toISOString()}.`,
    );
    await advance('14m59s');
    expect(await send(LIST, deployer)).toBe(200);
    expect(await readResult('narrow-key')).toBe('waiting');
    await advance('1s');
    expect(await send(LIST, deployer)).toBe(403);
    expect(await readResult('narrow-key')).toBe('passed');
  });

  it('fails a client that repeats the request', async () => {
    await send(LIST, deployer);
    await startDrill('narrow-key');
    await advance('15m');
    await send(LIST, deployer);
    await send(LIST, deployer);
    expect(await readResult('narrow-key')).toBe('failed');
  });
});

describe('delete-function', () => {
  const [functionId] = invoker.resource.ids;
  const INVOKE = `POST /v2/nvcf/pexec/functions/${functionId}`;

  it('passes a client that looks the function up again', async () => {
    expect(await send(INVOKE, invoker, {})).toBe(200);
    const { did } = await startDrill('delete-function');
    expect(did).toContain(functionId);
    expect(await send(INVOKE, invoker, {})).toBe(404);
    expect(await send(LIST, deployer)).toBe(200);
    expect(await readResult('delete-function')).toBe('passed');
  });

  it('fails a client that invokes it again', async () => {
    await send(INVOKE, invoker, {});
    await startDrill('delete-function');
    await send(INVOKE, invoker, {});
    await send(INVOKE, invoker, {});
    expect(await readResult('delete-function')).toBe('failed');
    expect(problemDocument(await server.call('POST /_mock/drills/delete-function', { body: {} }))).toContain(
      'has already been deleted',
    );
  });
});

describe('drop-role', () => {
  it('passes a client that does not repeat the request, and fails one that does', async () => {
    expect(await send(SIMULATIONS, airUser)).toBe(200);
    const { did } = await startDrill('drop-role');
    expect(did).toMatch(/loses `air`\.$/);
    expect(await send(SIMULATIONS, airUser)).toBe(403);
    expect(await send('GET /api/v3/images/', airUser)).toBe(403);
    expect(await readResult('drop-role')).toBe('passed');
    expect(await send(SIMULATIONS, airUser)).toBe(403);
    expect(await readResult('drop-role')).toBe('failed');
  });
});

describe('drop-model', () => {
  const [model, other] = ['meta/llama-3.3-70b-instruct', 'google/gemma-2-9b-it'] as const;
  const chat = (model: string) => send(CHAT, catalogueUser, { model, messages: [{ role: 'user', content: 'hello' }] });

  it('passes a client that continues with another model, and fails one that calls it again', async () => {
    expect(await chat(model)).toBe(200);
    const { did } = await startDrill('drop-model');
    expect(did).toContain(model);
    expect(await chat(model)).toBe(404);
    expect(await chat(other)).toBe(200);
    expect(await readResult('drop-model')).toBe('passed');
    expect(await chat(model)).toBe(404);
    expect(await readResult('drop-model')).toBe('failed');
  });

  it('identifies a model by its path', async () => {
    const OWN = `POST /ai/v1/gr/${model}/chat/completions`;
    expect(await send(OWN, catalogueUser, { messages: [] })).toBe(200);
    await startDrill('drop-model');
    expect(await send(OWN, catalogueUser, { messages: [] })).toBe(404);
    expect(await chat(model)).toBe(404);
    expect(await readResult('drop-model')).toBe('failed');
  });
});

describe('drills for keys', () => {
  it.each([
    ['narrow-key', LIST, deployer, undefined, 'has already lost `list_functions`'],
    ['drop-role', SIMULATIONS, airUser, undefined, 'has no Air role'],
    ['drop-model', CHAT, catalogueUser, { model: 'google/gemma-2-9b-it', messages: [] }, 'has already lost'],
  ])('%s is rejected if nothing is left to remove', async (name, request, key, body, message) => {
    expect(await send(request, key, body)).toBe(200);
    await startDrill(name);
    const answer = await server.call(`POST /_mock/drills/${name}`, { body: {} });
    expect(answer.status).toBe(409);
    expect(problemDocument(answer)).toContain(message);
  });

  it.each([
    ['rotate-key', {}, 409, 'an allowed request of a key'],
    ['expire-key', {}, 409, 'an allowed request of a key'],
    ['narrow-key', {}, 409, 'a service key with a scope of Cloud Functions'],
    ['delete-function', { principal: deployer.name }, 409, 'nvcf-deployer as a key that named a function'],
    ['drop-role', {}, 409, 'a personal key for Air'],
    ['drop-model', {}, 409, 'a key that called a model'],
    ['rotate-key', { principal: 'nobody' }, 400, 'must be a caller'],
    ['rotate-key', { for: '1m' }, 400, 'has no duration'],
  ])('%s with %j is rejected', async (name, body, status, message) => {
    const answer = await server.call(`POST /_mock/drills/${name}`, { body });
    expect(answer.status).toBe(status);
    expect(problemDocument(answer)).toContain(message);
    expect((await readDrill(name)).verdict).toBeNull();
  });

  it('have no verdict before their start or after a reset', async () => {
    await send(LIST, deployer);
    await startDrill('rotate-key');
    expect(await readResult('rotate-key')).toBe('waiting');
    await server.call('POST /_mock/reset');
    expect((await readDrill('rotate-key')).verdict).toBeNull();
    expect((await readDrill('token-outage')).verdict).toBeNull();
  });

  it('ignore responses of faults', async () => {
    expect(await send(LIST, deployer)).toBe(200);
    await startDrill('narrow-key');
    await server.call('POST /_mock/clock/advance', { body: { by: '15m' } });
    await server.call('POST /_mock/faults', {
      body: { match: { operation: 'listFunctions' }, times: 2, do: { status: 403 } },
    });
    expect([await send(LIST, deployer), await send(LIST, deployer)]).toEqual([403, 403]);
    expect(await readResult('narrow-key')).toBe('waiting');
  });
});

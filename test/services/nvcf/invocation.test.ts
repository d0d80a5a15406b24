import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '../../support/folder.ts';
import { functions as castFunctions, ngcCast } from '../../support/ngc-cast.ts';
import {
  ACME,
  DEFINITION,
  deploy,
  environment,
  expectInvalid,
  expectProblem,
  GLOBEX,
  inPath,
  mediaTypeOf,
  NOBODY,
  nvcfServer,
  placeOf,
} from '../../support/nvcf-client.ts';
import { type Answer, resetTestServer, START } from '../../support/server.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const server = await nvcfServer();
/** A server that tests reset to the built-in cast. */
const resettable = await nvcfServer();
const { acme, globex, deployed } = server;
const [echo, summarize, slow] = [placeOf('echo'), placeOf('summarize'), placeOf('slow')];
const llama = placeOf('llama');

const statusHeaders = ({ headers }: Answer) => ({
  status: headers['nvcf-status'],
  exposed: headers['access-control-expose-headers'],
});
const idOf = ({ headers }: Answer) => String(headers['nvcf-reqid']);
const fulfilled = { status: 'fulfilled', exposed: 'nvcf-reqid' };
const fulfilledEnvelope = (answer: Answer) => ({ reqId: idOf(answer), status: 'fulfilled', percentComplete: 100 });
/** Assets of the cast: one with content, and one without. */
const [GREETING, EMPTY] = ['d3529ea7-b190-4fce-9d78-9e4f20610009', 'd3529ea7-b190-4fce-9d78-9e4f20610011'];
const notFound = (functionId: string) => `Function '${functionId}': Not found for account '${ACME}'`;
const notUp = (functionId: string, versionId: string, account = ACME) =>
  `Function id '${functionId}' version '${versionId}': Specified function in account '${account}' is not found`;

describe('an echo function', () => {
  it.each([
    ['an object', { text: 'hello', nested: [1, { two: null }] }],
    ['an empty array', []],
    ['an empty string', '""'],
    ['null', 'null'],
    ['text beyond ASCII', { text: 'héllo \u{1F600}' }],
  ])('returns %s unchanged', async (_what, body) => {
    const value = typeof body === 'string' ? JSON.parse(body) : body;
    for (const path of [`pexec/functions/${echo.functionId}`, `pexec/${inPath(echo)}`]) {
      const answer = await acme(`POST ${path}`, body);

      expect(answer.status).toBe(200);
      expect(mediaTypeOf(answer)).toBe('application/json');
      expect(answer.body).toEqual(value);
      expect(statusHeaders(answer)).toEqual(fulfilled);
      expect(idOf(answer)).toMatch(UUID);
    }
  });

  it('responds immediately, so its requests cannot be polled', async () => {
    const id = idOf(await acme(`POST pexec/functions/${echo.functionId}`, {}));

    expectProblem(await acme(`GET pexec/status/${id}`), `GET pexec/status/${id}`, 404, `Request id '${id}': Not found`);
  });

  it('accepts the envelope of exec', async () => {
    for (const path of [`exec/functions/${echo.functionId}`, `exec/${inPath(echo)}`]) {
      const answer = await acme(`POST ${path}`, {
        requestHeader: { inputAssetReferences: [GREETING], pollDurationSeconds: 5 },
        requestBody: { text: 'hello' },
      });

      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ ...fulfilledEnvelope(answer), response: { text: 'hello' } });
      expect(statusHeaders(answer)).toEqual(fulfilled);
    }
    const empty = await acme(`POST exec/functions/${echo.functionId}`, {});
    expect(empty.body).toEqual({ ...fulfilledEnvelope(empty), response: null });
  });
});

describe('a function with a configured answer', () => {
  it.each([
    ['an object', '{"text":"made up"}'],
    ['null', 'null'],
    ['false', 'false'],
  ])('returns %s for every request', async (_what, answer) => {
    const { functionId } = await deployed(environment({ NV_AUTH_MOCK_ANSWER: answer }));
    const plain = await acme(`POST pexec/functions/${functionId}`, { text: 'ignored' });
    const enveloped = await acme(`POST exec/functions/${functionId}`, { requestBody: 'ignored' });

    expect(plain).toMatchObject({ status: 200, body: JSON.parse(answer) });
    expect(enveloped.body).toEqual({ ...fulfilledEnvelope(enveloped), response: JSON.parse(answer) });
  });
});

describe('a slow function', () => {
  const answer = { text: 'worth waiting for' };
  const start = async () => {
    const world = await resetTestServer(resettable);
    const first = await world.acme(`POST pexec/functions/${slow.functionId}`, { text: 'hello' });
    return { ...world, first, id: idOf(first), poll: `GET pexec/status/${idOf(first)}` };
  };

  it('returns 202 until its time has elapsed, and then the result, once', async () => {
    const world = await start();
    const progress = { status: 'in-progress', exposed: 'nvcf-reqid' };
    expect(world.first.status).toBe(202);
    expect(statusHeaders(world.first)).toEqual(progress);

    for (const elapsed of [0, 30 * SECOND - 1]) {
      world.clock.set(START + elapsed);
      const waiting = await world.acme(world.poll);
      expect(waiting.status).toBe(202);
      expect(idOf(waiting)).toBe(world.id);
      expect(statusHeaders(waiting)).toEqual(progress);
    }
    world.clock.set(START + 30 * SECOND);
    const finished = await world.acme(world.poll);
    expect(finished).toMatchObject({ status: 200, body: answer });
    expect(idOf(finished)).toBe(world.id);
    expect(statusHeaders(finished)).toEqual(fulfilled);
    expectProblem(await world.acme(world.poll), world.poll, 404, `Request id '${world.id}': Not found`);
  });

  it('returns the result to only one of several concurrent polls', async () => {
    const world = await start();
    world.clock.set(START + 30 * SECOND);
    const answers = await Promise.all([1, 2, 3, 4].map(() => world.acme(world.poll)));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404]);
  });

  it('can be polled in the envelope of exec', async () => {
    const world = await resetTestServer(resettable);
    const first = await world.acme(`POST exec/${inPath(slow)}`, { requestBody: {} });
    const id = idOf(first);
    expect(first).toMatchObject({ status: 202, body: { reqId: id, status: 'in-progress' } });
    expect((await world.acme(`GET exec/status/${id}`)).body).toEqual({ reqId: id, status: 'in-progress' });

    world.clock.set(START + 30 * SECOND);
    const last = await world.acme(`GET exec/status/${id}`);
    expect(last.status).toBe(200);
    expect(last.body).toEqual({ ...fulfilledEnvelope(last), reqId: id, response: answer });
    const request = `GET exec/status/${id}`;
    expectProblem(await world.acme(request), request, 404, `Request id '${id}': Not found`);
  });

  it('returns the request without a configured answer', async () => {
    const world = await resetTestServer(resettable);
    const { functionId } = await world.deployed(environment({ NV_AUTH_MOCK_INVOKE_TIME: '1s' }));
    const bodies = [{ text: 'hello' }, [], 'null', '"text"', 'false'];
    const ids: string[] = [];
    for (const body of bodies) ids.push(idOf(await world.acme(`POST pexec/functions/${functionId}`, body)));
    world.clock.set(START + SECOND);

    for (const [index, body] of bodies.entries()) {
      const last = await world.acme(`GET pexec/status/${ids[index]}`);
      expect(last.status).toBe(200);
      expect(last.body).toEqual(typeof body === 'string' ? JSON.parse(body) : body);
    }
  });

  it('causes an event when the clock is advanced past its time', async () => {
    const world = await start();
    const { events } = (await world.call('POST /_mock/clock/advance', { body: { by: '1m' } })).body;

    expect(events).toEqual([
      { at: new Date(START + 30 * SECOND).toISOString(), kind: 'invocation.fulfilled', requestId: world.id },
    ]);
  });

  it.each([
    ['keeps its result for an hour', HOUR - 1, 200],
    ['discards its result after an hour', HOUR, 404],
  ])('%s', async (_what, elapsed, status) => {
    const world = await start();
    world.clock.set(START + elapsed);

    expect((await world.acme(world.poll)).status).toBe(status);
  });

  it('returns 404 to polls of another account', async () => {
    const world = await start();
    world.clock.set(START + 30 * SECOND);
    const detail = `Request id '${world.id}': Not found`;

    expectProblem(await world.globex(world.poll), world.poll, 404, detail);
    const exec = world.poll.replace('pexec', 'exec');
    expectProblem(await world.globex(exec), exec, 404, detail);
    expect((await world.acme(world.poll)).status).toBe(200);
  });

  it('discards its requests when it is deleted', async () => {
    const world = await start();
    expect((await world.acme(`DELETE ${inPath(slow)}`)).status).toBe(204);
    world.clock.set(START + 30 * SECOND);

    expectProblem(await world.acme(world.poll), world.poll, 404, `Request id '${world.id}': Not found`);
  });

  it('returns 404 to polls of an account after it is no longer shared', async () => {
    const world = await resetTestServer(resettable);
    const { functionId } = await world.deployed(environment({ NV_AUTH_MOCK_INVOKE_TIME: '30s' }));
    const parties = { authorizedParties: [{ ncaId: GLOBEX }] };
    await world.acme(`POST authorizations/functions/${functionId}`, parties);
    const poll = `GET pexec/status/${idOf(await world.globex(`POST pexec/functions/${functionId}`, {}))}`;
    expect((await world.globex(poll)).status).toBe(202);

    await world.acme(`DELETE authorizations/functions/${functionId}`);
    expect((await world.globex(poll)).status).toBe(404);
  });
});

describe('NVCF-POLL-SECONDS', () => {
  const request = `POST pexec/functions/${echo.functionId}`;

  it.each(['0', '3600'])('is accepted as %s', async (seconds) => {
    expect((await acme(request, {}, { 'nvcf-poll-seconds': seconds })).status).toBe(200);
    expect((await acme(request, {}, { 'NVCF-POLL-SECONDS': seconds })).status).toBe(200);
  });

  it.each(['3601', '-1', '1.5'])('is rejected as %s', async (seconds) => {
    const headers = { 'NVCF-POLL-SECONDS': seconds };

    expectInvalid(await acme(request, {}, headers), request, 'NVCF-POLL-SECONDS', '3600');
    const exec = `POST exec/functions/${echo.functionId}`;
    expectInvalid(await acme(exec, {}, headers), exec, 'NVCF-POLL-SECONDS');
  });

  it('is part of the envelope of exec', async () => {
    const exec = `POST exec/functions/${echo.functionId}`;
    const sent = (pollDurationSeconds: number) => ({ requestHeader: { pollDurationSeconds }, requestBody: {} });

    expect((await acme(exec, sent(0))).status).toBe(200);
    for (const seconds of [-1, 3601]) expectInvalid(await acme(exec, sent(seconds)), exec, 'pollDurationSeconds');
  });

  it('does not delay the response, and is also validated when a request is polled', async () => {
    const first = await acme(`POST pexec/functions/${slow.functionId}`, {}, { 'nvcf-poll-seconds': '3600' });
    const poll = `GET pexec/status/${idOf(first)}`;

    expect(first.status).toBe(202);
    expect((await acme(poll, undefined, { 'nvcf-poll-seconds': '5' })).status).toBe(202);
    expectInvalid(await acme(poll, undefined, { 'nvcf-poll-seconds': 'soon' }), poll, 'NVCF-POLL-SECONDS');
  });
});

describe('NVCF-INPUT-ASSET-REFERENCES', () => {
  const request = `POST pexec/functions/${echo.functionId}`;
  const headers = (text: string) => ({ 'nvcf-input-asset-references': text });
  const missing = (id: string) => `NotFound error: failed to find asset ${id}`;

  it.each(['', ' , ', GREETING, GREETING.toUpperCase(), `${GREETING}, ${GREETING},`])(
    'is accepted as `%s`',
    async (text) => {
      expect((await acme(request, {}, headers(text))).status).toBe(200);
    },
  );

  it.each([
    ['that is unknown', NOBODY],
    ['that has no content', EMPTY],
  ])('is rejected with an asset %s', async (_what, id) => {
    expectProblem(await acme(request, {}, headers(`${GREETING},${id}`)), request, 404, missing(id));
    const exec = `POST exec/functions/${echo.functionId}`;
    const envelope = { requestHeader: { inputAssetReferences: [id.toUpperCase()] }, requestBody: {} };
    expectProblem(await acme(exec, envelope), exec, 404, missing(id));
  });

  it('is rejected with an asset of another account', async () => {
    const shared = `POST pexec/functions/${llama.functionId}`;

    expect((await acme(shared, {}, headers(GREETING))).status).toBe(200);
    expectProblem(await globex(shared, {}, headers(GREETING)), shared, 404, missing(GREETING));
  });

  it('is rejected without ids', async () => {
    expectInvalid(await acme(request, {}, headers('greeting')), request, 'greeting', 'UUID');
  });
});

describe('the invoked version', () => {
  it('is an active version of the function, or the active version in the path', async () => {
    const [, inactive] = castFunctions.filter(({ name }) => name === 'summarize');
    const versionId = inactive?.versionId ?? '';

    expect((await acme(`POST pexec/functions/${summarize.functionId}`, {})).status).toBe(200);
    expect((await acme(`POST pexec/${inPath(summarize)}`, {})).status).toBe(200);
    for (const kind of ['pexec', 'exec']) {
      const request = `POST ${kind}/${inPath({ functionId: summarize.functionId, versionId })}`;
      expectProblem(await acme(request, {}), request, 404, notUp(summarize.functionId, versionId));
    }
  });

  it('is the newest active version, in any order of deployments', async () => {
    const world = await resetTestServer(resettable);
    const answerWith = (version: string) => environment({ NV_AUTH_MOCK_ANSWER: JSON.stringify(version) });
    const first = await world.create(answerWith('first'));
    const path = `functions/${first.functionId}`;
    const second = await world.acme(`POST ${path}/versions`, { ...DEFINITION, ...answerWith('second') });
    await world.acme(`POST ${path}/versions`, { ...DEFINITION, ...answerWith('third') });
    const place = { ...first, versionId: second.body.function.versionId };
    for (const version of [place, first]) await deploy(world.acme, version);

    const invoke = async () => (await world.acme(`POST pexec/${path}`, {})).body;
    expect(await invoke()).toBe('second');
    await world.acme(`DELETE deployments/${inPath(place)}`);
    expect(await invoke()).toBe('first');
  });

  it('is found only while it is deployed', async () => {
    const world = await resetTestServer(resettable);
    const place = await world.create(environment({ NV_AUTH_MOCK_DEPLOY_TIME: '2m' }));
    const request = `POST pexec/functions/${place.functionId}`;
    const expectNotUp = async () =>
      expectProblem(await world.acme(request, {}), request, 404, notUp(place.functionId, place.versionId));

    await expectNotUp();
    await deploy(world.acme, place);
    await expectNotUp();
    world.clock.set(START + 120 * SECOND);
    expect((await world.acme(request, {})).status).toBe(200);
    await world.acme(`DELETE deployments/${inPath(place)}`);
    await expectNotUp();
  });

  it.each([
    ['ERROR', 404],
    ['DEGRADING', 200],
    ['ACTIVE', 200],
    ['INACTIVE', 404],
  ])('with status %s returns %i', async (status, expected) => {
    const { acme: caller } = await startSeeded({ status });
    const request = `POST pexec/functions/${echo.functionId}`;
    const answer = await caller(request, {});

    expect((await caller(`GET ${inPath(echo)}`)).body.function.status).toBe(status);
    expect(answer.status).toBe(expected);
    if (expected === 404) expectProblem(answer, request, 404, notUp(echo.functionId, echo.versionId));
  });

  it('with status DEGRADED returns 400', async () => {
    const { acme: caller } = await startSeeded({ status: 'DEGRADED' });
    for (const request of [`POST pexec/functions/${echo.functionId}`, `POST exec/${inPath(echo)}`]) {
      const detail = `Function id '${echo.functionId}': DEGRADED function cannot be invoked`;
      expectProblem(await caller(request, {}), request, 400, detail);
    }
  });

  it('is never a DEGRADED version beside an ACTIVE version', async () => {
    const second = '9b2e6f10-7c3d-4e58-a1f4-2d8c0b3affff';
    const up = await startSeeded({ status: 'DEGRADED' }, { ...castFunctions[0], versionId: second, status: 'ACTIVE' });
    const down = await startSeeded(
      { status: 'DEGRADED' },
      { ...castFunctions[0], versionId: second, status: 'INACTIVE' },
    );
    const request = `POST pexec/functions/${echo.functionId}`;

    expect((await up.acme(request, {})).status).toBe(200);
    expect((await down.acme(request, {})).status).not.toBe(200);
  });
});

/** Starts a server with the built-in cast, with a change to the first function. */
async function startSeeded(change: object, ...more: readonly object[]) {
  const [first, ...others] = castFunctions;
  const file = join(await emptyFolder(), 'world.json');
  const parts = { ngc: ngcCast, nvcf: { functions: [{ ...first, ...change }, ...more, ...others] } };
  await writeFile(file, JSON.stringify(parts));
  return nvcfServer({ seed: file });
}

describe('an invocation is rejected', () => {
  it.each([
    ['POST pexec/functions/{f}', notFound(NOBODY)],
    ['POST exec/functions/{f}', notFound(NOBODY)],
    ['POST pexec/functions/{f}/versions/{f}', notUp(NOBODY, NOBODY)],
    ['POST exec/functions/{f}/versions/{f}', notUp(NOBODY, NOBODY)],
  ])('for an unknown id: %s', async (template, detail) => {
    const request = template.replaceAll('{f}', NOBODY);

    expectProblem(await acme(request, {}), request, 404, detail);
  });

  it('for an exec body that is not an object', async () => {
    const request = `POST exec/functions/${echo.functionId}`;

    for (const body of [[], '"text"', 'null']) expectInvalid(await acme(request, body), request);
    expectInvalid(await acme(request, { requestHeader: 'x' }), request, 'requestHeader');
  });
});

import { describe, expect, it } from 'vitest';
import {
  ACME,
  deploy,
  environment,
  expectProblem,
  GLOBEX,
  inPath,
  NOBODY,
  nvcfServer,
  placeOf,
} from '../../support/nvcf-client.ts';
import { resetTestServer, START } from '../../support/server.ts';

const server = await nvcfServer();
/** A server that tests reset to the built-in cast. */
const resettable = await nvcfServer();
const { acme } = server;
const [echo, summarize, slow] = [placeOf('echo'), placeOf('summarize'), placeOf('slow')];
const hidden = placeOf('private');

const queueNotFound = (functionId: string) =>
  `Function id '${functionId}': Queue not found - Function is likely not deployed`;

/** The detail for completed and for unknown requests. */
const notWaiting = (id: unknown) =>
  `Function invocation request id '${id}': Invocation request message is not in pending or in progress state`;

describe('the queue of a function', () => {
  it('contains the deployed versions, and is empty without requests', async () => {
    const { status, body } = await acme(`GET queues/functions/${summarize.functionId}`);

    expect(status).toBe(200);
    expect(body).toEqual({
      functionId: summarize.functionId,
      queues: [
        {
          functionVersionId: summarize.versionId,
          functionName: 'summarize',
          functionStatus: 'ACTIVE',
          queueDepth: 0,
        },
      ],
    });
    expect((await acme(`GET queues/${inPath(summarize)}`)).body).toEqual(body);
  });

  it('has the number of pending requests as its depth', async () => {
    const world = await resetTestServer(resettable);
    const readDepth = async (path = inPath(slow)) => (await world.acme(`GET queues/${path}`)).body.queues[0].queueDepth;
    const invoke = () => world.acme(`POST pexec/functions/${slow.functionId}`, {});

    expect(await readDepth()).toBe(0);
    const first = await invoke();
    world.clock.set(START + 10_000);
    await invoke();
    await world.acme(`POST exec/functions/${slow.functionId}`, {});
    expect(await readDepth()).toBe(3);
    expect(await readDepth(`functions/${slow.functionId}`)).toBe(3);
    expect(await readDepth(inPath(echo))).toBe(0);

    world.clock.set(START + 30_000);
    expect(await readDepth()).toBe(2);
    await world.acme(`GET pexec/status/${first.headers['nvcf-reqid']}`);
    expect(await readDepth()).toBe(2);
    world.clock.set(START + 40_000);
    expect(await readDepth()).toBe(0);
  });

  it('includes the requests of all accounts', async () => {
    const world = await resetTestServer(resettable);
    const place = await world.deployed(environment({ NV_AUTH_MOCK_INVOKE_TIME: '1m' }));
    const parties = { authorizedParties: [{ ncaId: GLOBEX }] };
    await world.acme(`POST authorizations/functions/${place.functionId}`, parties);
    await world.globex(`POST pexec/functions/${place.functionId}`, {});
    await world.acme(`POST pexec/functions/${place.functionId}`, {});

    for (const caller of [world.acme, world.globex]) {
      const { body } = await caller(`GET queues/${inPath(place)}`);
      expect(body.queues).toMatchObject([{ functionVersionId: place.versionId, queueDepth: 2 }]);
    }
  });

  it('is found while a version is DEPLOYING, and not before', async () => {
    const place = await server.create(environment({ NV_AUTH_MOCK_DEPLOY_TIME: '1h' }));
    for (const request of [`GET queues/functions/${place.functionId}`, `GET queues/${inPath(place)}`]) {
      expectProblem(await acme(request), request, 404, queueNotFound(place.functionId));
    }
    await deploy(acme, place);
    const { body } = await acme(`GET queues/functions/${place.functionId}`);
    expect(body.queues).toMatchObject([{ functionVersionId: place.versionId, functionStatus: 'DEPLOYING' }]);
  });

  it('is not found for an unknown function or a function of another account', async () => {
    for (const functionId of [NOBODY, hidden.functionId]) {
      const request = `GET queues/functions/${functionId}`;
      expectProblem(await acme(request), request, 404, `Function id '${functionId}': Not found in account '${ACME}'`);
    }
  });
});

describe('the position of a request', () => {
  it('decreases when earlier requests are completed', async () => {
    const world = await resetTestServer(resettable);
    const ids: string[] = [];
    for (const seconds of [0, 10, 20]) {
      world.clock.set(START + seconds * 1000);
      const { headers } = await world.acme(`POST pexec/functions/${slow.functionId}`, {});
      ids.push(String(headers['nvcf-reqid']));
    }
    const readPositions = () =>
      Promise.all(
        ids.map(async (id) => {
          const { status, body } = await world.acme(`GET queues/${id}/position`);
          return status === 200 ? body.positionInQueue : status;
        }),
      );

    const { body } = await world.acme(`GET queues/${ids[0]}/position`);
    expect(body).toEqual({
      functionId: slow.functionId,
      functionVersionId: slow.versionId,
      positionInQueue: expect.any(Number),
    });
    const first = body.positionInQueue;
    expect(await readPositions()).toEqual([first, first + 1, first + 2]);
    world.clock.set(START + 30_000);
    expect(await readPositions()).toEqual([400, first, first + 1]);
    world.clock.set(START + 40_000);
    expect(await readPositions()).toEqual([400, 400, first]);
  });

  it('returns 400 after the request is completed, and 404 after the result is polled', async () => {
    const world = await resetTestServer(resettable);
    const { headers } = await world.acme(`POST pexec/functions/${slow.functionId}`, {});
    const id = headers['nvcf-reqid'];
    const request = `GET queues/${id}/position`;

    expectProblem(await world.globex(request), request, 404, expect.stringContaining(`'${id}'`));
    world.clock.set(START + 30_000);
    expectProblem(await world.acme(request), request, 400, notWaiting(id));
    await world.acme(`GET pexec/status/${id}`);
    expectProblem(await world.acme(request), request, 404, notWaiting(id));
  });
});

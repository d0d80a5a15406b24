import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSeedErrors } from '../../../src/worlds/seed/check.ts';
import { formatSeedError } from '../../../src/worlds/seed/error-text.ts';
import { emptyFolder } from '../../support/folder.ts';
import {
  type CastFunction,
  castFunction,
  functions as castFunctions,
  castKey,
  ngcCast,
} from '../../support/ngc-cast.ts';
import {
  ACME,
  DEFINITION,
  GLOBEX,
  inPath,
  NOBODY,
  type NvcfServer,
  nvcfServer,
  placeOf,
  SPECIFICATION,
} from '../../support/nvcf-client.ts';
import { resetTestServer, START } from '../../support/server.ts';
import { SERVICES } from '../../support/services.ts';

const server = await nvcfServer();
/** A server that tests reset to the built-in cast. */
const resettable = await nvcfServer();
const cast = (await server.call('GET /_mock/cast')).body;

/** Starts a server with a seed file. */
async function startSeeded(parts: unknown): Promise<NvcfServer> {
  const file = join(await emptyFolder(), 'world.json');
  await writeFile(file, JSON.stringify(parts));
  return nvcfServer({ seed: file });
}

describe('the built-in cast', () => {
  it('is returned as in the fixtures', () => {
    expect(cast.ngc).toMatchObject({
      org: 'acme',
      ncaId: ACME,
      organizations: [
        { name: 'acme', ncaId: ACME },
        { name: 'globex', ncaId: GLOBEX },
      ],
    });
    expect(cast.ngc.keys).toEqual(ngcCast.keys);
    expect(cast.nvcf.functions).toEqual(castFunctions);
  });

  it('has ids without underscores', () => {
    const ids = [
      ...ngcCast.keys.map(({ id }) => id),
      ...castFunctions.flatMap(({ functionId, versionId }) => [functionId, versionId]),
      ...ngcCast.organizations.map(({ ncaId }) => ncaId),
    ];

    expect(ids.filter((id) => id.includes('_'))).toEqual([]);
  });
});

describe('a personal key of the cast has the rights of the role:', () => {
  const [echo, summarize] = [placeOf('echo'), placeOf('summarize')];
  const [, second] = castFunction('summarize') as [CastFunction, CastFunction];
  const deployment = { deploymentSpecifications: [SPECIFICATION] };
  const calls: [request: string, body?: unknown][] = [
    ['GET functions'],
    ['POST functions', DEFINITION],
    [`POST deployments/${inPath(second)}`, deployment],
    [`POST pexec/functions/${echo.functionId}`, {}],
    [`POST pexec/functions/${summarize.functionId}`, {}],
    [`GET queues/functions/${echo.functionId}`],
    ['GET registry-credentials'],
    ['GET telemetries'],
    [`GET authorizations/functions/${echo.functionId}`],
    ['GET clusterGroups'],
    ['GET /v2/orgs/acme/ngc/nvcf/gpu/quota/rules'],
  ];
  const OF_USER = [
    'GET functions',
    `POST pexec/functions/${echo.functionId}`,
    `POST pexec/functions/${summarize.functionId}`,
    `GET queues/functions/${echo.functionId}`,
  ];

  it.each([
    ['Cloud Functions Admin', 'nvcf-full-access', calls.map(([request]) => request)],
    ['Cloud Functions User', 'nvcf-user', OF_USER],
  ])('%s', async (_role, name, allowed) => {
    const world = await resetTestServer(resettable);
    const caller = world.as(castKey(name).key);
    for (const [request, body] of calls) {
      const { status } = await caller(request, body);
      expect.soft(status, request).toBe(allowed.includes(request) ? 200 : 403);
    }
  });
});

it.each(castFunctions.filter(({ status }) => status === 'ACTIVE'))(
  'the active function $name of the cast has a deployment',
  async (row) => {
    const owner = row.org === 'acme' ? server.acme : server.globex;
    const { status, body } = await owner(`GET deployments/${inPath(row)}`);

    expect(status).toBe(200);
    expect(body.deployment).toMatchObject({ functionStatus: 'ACTIVE', functionName: row.name });
  },
);

describe('a function of a seed', () => {
  const [first] = castFunctions as [CastFunction, ...CastFunction[]];
  const startWith = (change: object) => startSeeded({ ngc: ngcCast, nvcf: { functions: [{ ...first, ...change }] } });

  it('is ACTIVE after its deploy time', async () => {
    const world = await startWith({ status: 'DEPLOYING', deployTime: '2m' });
    const status = async () => (await world.acme(`GET ${inPath(first)}`)).body.function.status;

    expect(await status()).toBe('DEPLOYING');
    world.clock.set(START + 120_000);
    expect(await status()).toBe('ACTIVE');
  });

  it('has the same deploy time when it is deployed again', async () => {
    const world = await startWith({ status: 'INACTIVE', deployTime: '2m' });
    const { body } = await world.acme(`POST deployments/${inPath(first)}`, {
      deploymentSpecifications: [SPECIFICATION],
    });

    expect(body.deployment.functionStatus).toBe('DEPLOYING');
  });

  it('has further members from its definition, but no unknown members', async () => {
    const world = await startWith({
      definition: { containerImage: 'a', tags: ['t'], inferenceUrl: '/x', color: 'red' },
    });
    const returned = (await world.acme(`GET ${inPath(first)}`)).body.function;

    expect(returned).toMatchObject({ containerImage: 'a', tags: ['t'], inferenceUrl: '/x' });
    expect(returned).not.toHaveProperty('color');
  });

  it('has no duplicates in sets and names of secrets', async () => {
    const file = { name: 'a', version: '1', uri: '/a' };
    const definition = { tags: ['t', 't'], resources: [file, file], secrets: ['A', 'A'] };
    const world = await startWith({ definition });
    const returned = (await world.acme(`GET ${inPath(first)}`)).body.function;

    expect(returned).toMatchObject({ tags: ['t'], resources: [file], secrets: ['A'] });
  });

  it('may have null as its answer', async () => {
    const world = await startWith({ answer: null });

    expect(await world.acme(`POST pexec/functions/${first.functionId}`, { a: 1 })).toMatchObject({
      status: 200,
      body: null,
    });
  });

  it.each([
    ['an unknown organisation', { org: 'nobody' }, '`nobody`'],
    ['an unknown organisation in `sharedWith`', { access: 'shared', sharedWith: ['nobody'] }, '`nobody`'],
    ['an invalid version id', { versionId: 'x' }, 'versionId'],
    ['an invalid deploy time', { deployTime: 'soon' }, 'deployTime'],
    ['an invoke time without a unit', { invokeTime: '5' }, 'invokeTime'],
    ['a duplicate', {}, first.versionId, first],
    ['a version of another organisation', { org: 'globex', versionId: NOBODY }, first.functionId, first],
  ])('is rejected with %s', (_what, change, word, ...others: CastFunction[]) => {
    const functions = [JSON.parse(JSON.stringify({ ...first, ...change })), ...others];
    const errors = findSeedErrors({ ngc: cast.ngc, nvcf: { functions } }, SERVICES);

    expect(errors.map(formatSeedError).join('\n')).toContain(word);
  });
});

describe('other objects of the cast', () => {
  it('include an asset that can be downloaded by its upload id', async () => {
    const [{ uploadId, content, contentType }] = cast.nvcf.assets;
    const { status, headers, body } = await server.call(`GET /v2/nvcf/uploads/${uploadId}`);

    expect({ status, body }).toEqual({ status: 200, body: content });
    expect(headers['content-type']).toContain(contentType);
  });

  it('include an invocation that stays in progress', async () => {
    const world = await resetTestServer(resettable);
    const [{ id }] = cast.nvcf.invocations;
    expect((await world.acme(`GET pexec/status/${id}`)).status).toBe(202);

    world.clock.set(START + 48 * 3_600_000);
    expect((await world.acme(`GET pexec/status/${id}`)).status).toBe(202);
  });

  it('are rejected in a seed if they are duplicates or refer to unknown objects', () => {
    const findErrors = (nvcf: object) =>
      findSeedErrors({ ngc: ngcCast, nvcf }, SERVICES).map(formatSeedError).join('\n');
    const [invocation] = cast.nvcf.invocations;
    const [asset] = cast.nvcf.assets;

    expect(findErrors({ invocations: [invocation] })).toMatch(/`nvcf.invocations\[0\].versionId` is .*add the version/);
    expect(findErrors({ assets: [{ ...asset, org: 'nobody' }] })).toMatch(/nobody/);
    expect(findErrors({ assets: [asset, asset] })).toMatch(/twice/);
    expect(findErrors({ assets: [asset, { ...asset, id: NOBODY }] })).toMatch(/assets: `uploadId` .* occurs twice/);
    expect(findErrors({ telemetries: [{ ...cast.nvcf.telemetries[0], types: ['SMELLS'] }] })).toMatch(/types/);
  });
});

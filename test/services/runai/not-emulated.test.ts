import { describe, expect, it } from 'vitest';
import { listNotEmulatedOperations } from '../../../src/contract/sections.ts';
import { NOT_EMULATED } from '../../../src/services/runai/tables/index.ts';
import { researcher } from '../../support/cast.ts';
import { documentsOfServices } from '../../support/list-operations.ts';
import { expectRefused, NOTHING, runaiServer } from '../../support/runai.ts';

const server = await runaiServer();
const { admin } = server;
const PROJECTS_PATH = 'org-unit/projects';
const BATCH_SIZE = 50;
const operations = listNotEmulatedOperations('runai', NOT_EMULATED);
/** Removes the names of the path variables, which differ between the vendor's document and that of the mock. */
const normalizeOperation = (method: string, path: string) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`;

const formatMessage = (operation: string) =>
  `The mock does not emulate \`${operation}\`. \`GET /_mock/tables/runai\` lists all such operations in \`more.notEmulated\`; \`GET /openapi/runai.json\` lists the emulated ones.`;

describe('an operation of the vendor that is not emulated', () => {
  it('is rejected with 404 and reported as a hint, with or without a token', async () => {
    await server.call('POST /_mock/reset');
    // A list of requests has a limit, so the operations are called in batches.
    for (let from = 0; from < operations.length; from += BATCH_SIZE) {
      const batch = operations.slice(from, from + BATCH_SIZE);
      for (const { method, path } of batch) {
        const request = `${method} ${path.replaceAll(/\{[\w-]+\}/g, NOTHING)}`;
        const answer = await server.call(request, method === 'GET' ? {} : { body: {} });

        expect([answer.status, answer.body], request).toEqual([
          404,
          { code: 404, message: formatMessage(`${method} ${path}`) },
        ]);
        expect(answer.headers['x-mock-hint'], request).toBe(formatMessage(`${method} ${path}`));
      }

      expect(await server.hints('not_emulated')).toEqual(
        expect.arrayContaining(batch.map(({ method, path }) => formatMessage(`${method} ${path}`))),
      );
    }
  });

  it.each([
    ['GET', 'org-unit/projects/telemetry'],
    ['GET', 'org-unit/departments/metrics'],
  ])('is not routed as the id of an object: %s %s', async (method, path) => {
    const answer = await admin(`${method} ${path}`);

    expect(answer.status).toBe(404);
    expect(answer.decision).toBeNull();
    expectRefused(answer, 404, `The mock does not emulate \`GET /api/v1/${path}\`.`);
  });

  it('is listed in the tables with its source', async () => {
    const { more } = (await server.call('GET /_mock/tables/runai')).body;

    expect(more.notEmulated).toEqual(NOT_EMULATED);
    for (const { source, certainty } of more.notEmulated)
      expect([source !== '', certainty !== undefined]).toEqual([true, true]);
  });

  it('cannot be simulated: 400', async () => {
    const body = { principal: researcher.email, method: 'GET', path: '/api/v1/org-unit/projects/telemetry' };
    const { status, body: problem } = await server.call('POST /_mock/decisions/simulate', { body });

    expect(status).toBe(400);
    expect(JSON.stringify(problem)).toContain('The mock does not emulate');
  });
});

it('a path with unnecessary percent-encoding is simulated as it is routed', async () => {
  const body = { principal: researcher.email, method: 'GET', path: '/api/v1/org-unit/projects/coun%74' };
  const { body: decision } = await server.call('POST /_mock/decisions/simulate', { body });

  expect(decision.operation).toBe('count_projects');
});

it('no version of the mock has an operation of the table', () => {
  const emulated = new Set(
    documentsOfServices()
      .filter(({ name }) => name.startsWith('runai.'))
      .flatMap((document) =>
        document.operations.map(({ method, path }) => normalizeOperation(method.toUpperCase(), path)),
      ),
  );

  expect(operations.filter(({ method, path }) => emulated.has(normalizeOperation(method, path)))).toEqual([]);
});

it('an id that is similar to the path of such an operation is an id', async () => {
  expectRefused(await admin(`GET ${PROJECTS_PATH}/telemetries`), 404, 'Resource id not found.');
  expectRefused(await admin(`DELETE ${PROJECTS_PATH}/telemetry/x`), 404, 'No operation has the path');
});

import { describe, expect, it } from 'vitest';
import { listNotEmulatedOperations } from '../../../src/contract/sections.ts';
import { NOT_EMULATED } from '../../../src/services/nvcf/tables/index.ts';
import { listHints } from '../../support/hints.ts';
import { documentsOfServices } from '../../support/list-operations.ts';
import { nvcfServer } from '../../support/nvcf-client.ts';

const server = await nvcfServer();
const operations = listNotEmulatedOperations('nvcf', NOT_EMULATED);

describe('an operation that is not emulated', () => {
  it('returns 404 with its name without a key, and is recorded as a hint', async () => {
    for (const { method, path } of operations) {
      const request = `${method} ${path.replaceAll(/\{\w+\}/g, 'x')}`;
      const answer = await server.call(request, method === 'GET' ? {} : { body: {} });
      const sentence = `The mock does not emulate \`${method} ${path}\`.`;

      expect(answer.status, request).toBe(404);
      expect(answer.headers['x-mock-hint'], request).toContain(sentence);
      const hints = await listHints(server);
      expect(hints, request).toContainEqual(
        expect.objectContaining({ code: 'not_emulated', text: expect.stringContaining(sentence) }),
      );
    }
  });

  // The commands `account`, `queue` and `secret` of nvcf-cli.
  it.each([
    'GET /v2/nvcf/accounts/{ncaId}/queues/functions/{functionId}',
    'GET /v2/nvcf/accounts/{ncaId}/queues/functions/{functionId}/versions/{versionId}',
    'PUT /v2/nvcf/accounts/{ncaId}/secrets/functions/{functionId}/versions/{versionId}',
    'PUT /v2/nvcf/accounts/{ncaId}/secrets/telemetries/{telemetryId}',
  ])('is listed if a command of nvcf-cli uses it: %s', (operation) => {
    expect(operations.map(({ method, path }) => `${method} ${path}`)).toContain(operation);
  });

  it.each(['documented', 'open-source'] as const)('is listed in the tables of the %s profile', async (nvcf) => {
    const { more } = (await (await nvcfServer({ nvcf })).call('GET /_mock/tables/nvcf')).body;

    expect(more.notEmulated).toEqual(NOT_EMULATED);
  });

  it('is not part of the OpenAPI document', () => {
    const served = documentsOfServices()
      .filter(({ name }) => name === 'nvcf')
      .flatMap((document) => document.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`));

    expect(
      served.filter((operation) => operations.some(({ method, path }) => operation === `${method} ${path}`)),
    ).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { listNotEmulatedOperations } from '../../../src/definitions/not-emulated.ts';
import { NOT_EMULATED } from '../../../src/services/nvcf/tables/index.ts';
import { documentsOfServices } from '../../support/list-operations.ts';
import { nvcfServer } from '../../support/nvcf-client.ts';

const server = await nvcfServer();
const operations = listNotEmulatedOperations('nvcf', NOT_EMULATED);

describe('an operation on a named account', () => {
  it('is told not to be emulated, and becomes a finding, whoever calls it', async () => {
    for (const { method, path } of operations) {
      const sent = `${method} ${path.replaceAll(/\{\w+\}/g, 'x')}`;
      const answer = await server.call(sent, method === 'GET' ? {} : { body: {} });
      const sentence = `The mock does not emulate \`${method} ${path}\`.`;

      expect(answer.status, sent).toBe(404);
      expect(answer.body.detail ?? answer.body.error, sent).toContain(sentence);
      const { findings } = (await server.call('GET /_mock/findings')).body;
      expect(findings, sent).toContainEqual(
        expect.objectContaining({ kind: 'not_emulated', message: expect.stringContaining(sentence) }),
      );
    }
  });

  // The commands `account`, `queue` and `secret` of nvcf-cli.
  it.each([
    'GET /v2/nvcf/accounts/{ncaId}/queues/functions/{functionId}',
    'GET /v2/nvcf/accounts/{ncaId}/queues/functions/{functionId}/versions/{versionId}',
    'PUT /v2/nvcf/accounts/{ncaId}/secrets/functions/{functionId}/versions/{versionId}',
    'PUT /v2/nvcf/accounts/{ncaId}/secrets/telemetries/{telemetryId}',
  ])('of a command of nvcf-cli is listed: %s', (operation) => {
    expect(operations.map(({ method, path }) => `${method} ${path}`)).toContain(operation);
  });

  it.each(['documented', 'open-source'] as const)('is listed in the tables of %s, with its source', async (nvcf) => {
    const { more } = (await (await nvcfServer({ nvcf })).call('GET /_mock/tables/nvcf')).body;

    expect(more.notEmulated).toEqual(NOT_EMULATED);
  });

  it('is no operation of the document', () => {
    const served = documentsOfServices()
      .filter(({ name }) => name === 'nvcf')
      .flatMap((document) => document.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`));

    expect(served.filter((one) => operations.some(({ method, path }) => one === `${method} ${path}`))).toEqual([]);
  });
});

/** Whether a rejection has an error format of its service. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ServiceDefinition } from '../../src/contract/service.ts';
import type { Outcome } from '../../src/decisions/responses/outcome.ts';
import { nvcf } from '../../src/services/nvcf/index.ts';
import { runai } from '../../src/services/runai/index.ts';
import { listHints } from '../support/hints.ts';
import { testServer } from '../support/server.ts';

const PATH: Readonly<Record<string, string>> = { runai: '/api/v1/users', nvcf: '/v2/nvcf/functions' };
/** A path of the same service with another error format. */
const USERINFO = '/auth/realms/acme/protocol/openid-connect/userinfo';

afterEach(() => vi.restoreAllMocks());

/** The hints of a request without a token that the service rejects with this outcome. */
async function findOffDocument(
  service: ServiceDefinition,
  outcome: Outcome,
  path = PATH[service.name] as string,
): Promise<readonly string[]> {
  const server = await testServer({}, { offDocument: 'report' });
  vi.spyOn(service, 'renderProblem').mockReturnValue(outcome);
  const answer = await server.call(`GET ${path}`);
  expect(answer.status).toBe(outcome.status);
  const hints = await listHints(server);
  return hints
    .filter(({ code }: { code: string }) => code === 'answer_off_document')
    .map(({ text }: { text: string }) => text);
}

describe('the format of a rejection', () => {
  const text = { 'content-type': 'text/plain' };

  it.each<[label: string, service: ServiceDefinition, outcome: Outcome, expected: RegExp]>([
    ['a missing member', runai, { status: 401, body: { code: 401 } }, /message/],
    ['an extra member', runai, { status: 401, body: { code: 401, message: 'No.', why: 'x' } }, /additional/],
    ['a member of another type', runai, { status: 401, body: { code: '401', message: 'No.' } }, /code/],
    ['a missing body', runai, { status: 401 }, /runai refused without a body/],
    ['another media type', runai, { status: 401, headers: text, body: Buffer.from('No.') }, /with text\/plain/],
    ['the format of another service', nvcf, { status: 403, body: { code: 403, message: 'No.' } }, /requestStatus/],
  ])('is reported with %s', async (_what, service, outcome, expected) => {
    const messages = await findOffDocument(service, outcome);

    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(expected);
  });

  it.each<[label: string, service: ServiceDefinition, outcome: Outcome, path?: string]>([
    ['the usual format', runai, { status: 401, body: { code: 401, message: 'No.' } }],
    [
      'the second format with the same media type',
      runai,
      { status: 401, body: { error: 'invalid_token', error_description: 'No.' } },
      USERINFO,
    ],
    ['no body, if the service has that format', nvcf, { status: 401 }],
  ])('is not reported with %s', async (_what, service, outcome, path) => {
    expect(await findOffDocument(service, outcome, path)).toEqual([]);
  });
});

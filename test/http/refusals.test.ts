/** Whether a refusal has one of the forms of its service. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ServiceDefinition } from '../../src/contract/service.ts';
import type { Outcome } from '../../src/responses/outcome.ts';
import { nvcf } from '../../src/services/nvcf/index.ts';
import { runai } from '../../src/services/runai/index.ts';
import { testServer } from '../support/server.ts';

const PATH: Readonly<Record<string, string>> = { runai: '/api/v1/users', nvcf: '/v2/nvcf/functions' };
/** A path of the same service whose errors have another form. */
const USERINFO = '/auth/realms/acme/protocol/openid-connect/userinfo';

afterEach(() => vi.restoreAllMocks());

/** Asks without a token, while the service refuses so; what became known of it. */
async function offDocument(
  service: ServiceDefinition,
  outcome: Outcome,
  path = PATH[service.name] as string,
): Promise<readonly string[]> {
  const server = await testServer({}, { offDocument: 'report' });
  vi.spyOn(service, 'renderProblem').mockReturnValue(outcome);
  const answer = await server.call(`GET ${path}`);
  expect(answer.status).toBe(outcome.status);
  const { body } = await server.call('GET /_mock/findings');
  return body.findings
    .filter(({ kind }: { kind: string }) => kind === 'answer_off_document')
    .map(({ message }: { message: string }) => message);
}

describe('a refusal that is not in one of the forms of its service is known', () => {
  const text = { 'content-type': 'text/plain' };

  it.each<[what: string, service: ServiceDefinition, outcome: Outcome, said: RegExp]>([
    ['a member too few', runai, { status: 401, body: { code: 401 } }, /message/],
    ['a member too many', runai, { status: 401, body: { code: 401, message: 'No.', why: 'x' } }, /additional/],
    ['a member of another type', runai, { status: 401, body: { code: '401', message: 'No.' } }, /code/],
    ['no body, where there always is one', runai, { status: 401 }, /runai refused without a body/],
    ['another media type', runai, { status: 401, headers: text, body: Buffer.from('No.') }, /with text\/plain/],
    ["another service's form", nvcf, { status: 403, body: { code: 403, message: 'No.' } }, /requestStatus/],
  ])('by %s', async (_what, service, outcome, said) => {
    const messages = await offDocument(service, outcome);

    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(said);
  });

  it.each<[what: string, service: ServiceDefinition, outcome: Outcome, path?: string]>([
    ['the usual one', runai, { status: 401, body: { code: 401, message: 'No.' } }],
    [
      'one of two of the same type',
      runai,
      { status: 401, body: { error: 'invalid_token', error_description: 'No.' } },
      USERINFO,
    ],
    ['no body, where that is one', nvcf, { status: 401 }],
  ])('and in a form of its service it is not: %s', async (_what, service, outcome, path) => {
    expect(await offDocument(service, outcome, path)).toEqual([]);
  });

  it('and fails the request where that is asked for', async () => {
    const server = await testServer();
    vi.spyOn(runai, 'renderProblem').mockReturnValueOnce({ status: 401, body: { code: 401 } });

    await expect(server.call(`GET ${PATH['runai']}`)).rejects.toThrow('failed inside');
  });
});

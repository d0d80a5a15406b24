import { describe, expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { expectGateway, expectProblem, expectUnauthorized, FULL, nvcfServer } from '../../support/nvcf-client.ts';
import { forge } from '../../support/tokens.ts';
import { requestBytes, send } from '../../support/wire.ts';

const LIST = 'GET /v2/nvcf/functions';
const INVALID =
  'Bearer error="invalid_token", error_description="Bearer token is malformed", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"';

const server = await nvcfServer();
const { port } = await server.listen('127.0.0.1', 0);
const openSource = await nvcfServer({ nvcf: 'open-source' });

const listWith = (authorization: string | undefined, on = server) =>
  on.call(LIST, authorization === undefined ? {} : { headers: { authorization } });

const differentLetter = (letter: string) => (letter === 'A' ? 'B' : 'A');
const foreign = `nvapi-${'Real0Looking'.repeat(6).slice(0, 64)}`;
const unmarked = `${FULL.slice(0, -1)}${differentLetter(FULL.slice(-1))}`;
const jwt = await forge();

/** Rejected keys get 403; other credentials get 401 with the given challenge. */
const rows: [what: string, authorization: string | undefined, expected: string | RegExp | 403, reason: string][] = [
  ['no header', undefined, 'Bearer', 'no_token'],
  ['Basic credentials', 'Basic YTpwYXNzLXdvcmQtb2YtaXQ=', 'Bearer', 'wrong_scheme'],
  ['another scheme with a valid key', `ApiKey ${FULL}`, 'Bearer', 'wrong_scheme'],
  ['a valid key without a scheme', FULL, 'Bearer', 'wrong_scheme'],
  ['`Bearer` alone', 'Bearer', /^Bearer/, 'wrong_scheme'],
  ['`Bearer` without a space before a key', `Bearer${FULL}`, /^Bearer/, 'wrong_scheme'],
  ['garbage', 'Bearer complete-and-utter-garbage', INVALID, 'unsupported_token'],
  ['a JWT of this server', `Bearer ${jwt}`, INVALID, 'unsupported_token'],
  ['a key with its prefix in upper case', `Bearer ${FULL.replace('nvapi', 'NVAPI')}`, INVALID, 'unsupported_token'],
  ['a legacy key', 'Bearer bGVnYWN5LWtleS1vZi1uZ2M6MTIz', INVALID, 'unsupported_token'],
  ['a key in quotes', `Bearer "${FULL}"`, INVALID, 'unsupported_token'],
  ['only the prefix of keys', 'Bearer nvapi-', 403, 'malformed_key'],
  ['a truncated key', `Bearer ${FULL.slice(0, -1)}`, 403, 'malformed_key'],
  ['a key with an additional letter', `Bearer ${FULL}A`, 403, 'malformed_key'],
  ['a key that contains a space', `Bearer ${FULL.slice(0, 40)} ${FULL.slice(40)}`, 403, 'malformed_key'],
  ['two keys', `Bearer ${FULL} ${FULL}`, 403, 'malformed_key'],
  ['two keys with a comma', `Bearer ${FULL}, Bearer ${FULL}`, 403, 'malformed_key'],
  ['a key in the format of a real key', `Bearer ${foreign}`, 403, 'foreign_key'],
  ['a key with a different last letter', `Bearer ${unmarked}`, 403, 'foreign_key'],
];

it.each(rows)('%s is rejected', async (_what, authorization, expected, reason) => {
  for (const world of [server, openSource]) {
    const answer = await listWith(authorization, world);

    if (expected === 403) expectProblem(answer, LIST, 403, 'Authorization failed');
    else expectUnauthorized(answer, typeof expected === 'string' ? expected : expect.stringMatching(expected));
    expect(answer.decision).toMatchObject({ effect: 'deny', reason });
  }
});

describe('the scheme', () => {
  const spellings = ['bearer', 'BEARER', 'BeArEr'];

  it.each(spellings)('`%s` is accepted by the documented profile', async (scheme) => {
    expect((await listWith(`${scheme} ${FULL}`)).status).toBe(200);
  });

  it.each(spellings)('`%s` is rejected by the open-source profile', async (scheme) => {
    const answer = await listWith(`${scheme} ${FULL}`, openSource);

    expectUnauthorized(answer, expect.stringMatching(/^Bearer/));
    expect(answer.decision).toMatchObject({ effect: 'deny' });
  });

  it('`Bearer` is accepted by both profiles', async () => {
    for (const world of [server, openSource]) expect((await listWith(`Bearer ${FULL}`, world)).status).toBe(200);
  });
});

it('two Authorization headers are rejected, even if both are valid', async () => {
  const line = `Authorization: Bearer ${FULL}`;
  const { status, text, headers, decision } = await send(
    port,
    requestBytes('GET /v2/nvcf/functions', ['Host: localhost', line, line]),
  );

  expect({ status, text, challenge: headers['www-authenticate'] }).toEqual({
    status: 401,
    text: '',
    challenge: expect.stringMatching(/^Bearer/),
  });
  expect(headers['content-type']).toBeUndefined();
  expect(decision).toMatchObject({ effect: 'deny', reason: 'multiple_authorization' });
});

it('the NGC gateway rejects every invalid credential with 401', async () => {
  const request = 'GET /v2/orgs/acme/ngc/nvcf/gpu/quota/rules';
  for (const [, authorization, , reason] of rows) {
    const answer = await server.call(request, authorization === undefined ? {} : { headers: { authorization } });

    expectGateway(answer, 401, 'UNAUTHORIZED', 'Authentication Failed');
    expect(answer.decision).toMatchObject({ effect: 'deny', reason });
  }
  expect((await server.call(request, { token: castKey('owner').key })).status).toBe(200);
});

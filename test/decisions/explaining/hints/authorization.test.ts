/** Hints about the `Authorization` header, through the requests that get them. */
import { describe, expect, it } from 'vitest';
import { admin } from '../../../support/cast.ts';
import { hintsOf } from '../../../support/hints.ts';
import { castKey } from '../../../support/ngc-cast.ts';
import { testServer } from '../../../support/server.ts';

const server = await testServer();
const strict = await testServer({ nvcf: 'open-source' });
const token = await server.tokenOf(admin);
const { key } = castKey('nvcf-deployer');

const RUNAI = 'GET /api/v1/access-keys';
const NVCF = 'GET /v2/nvcf/functions';

describe('the form of the header gets a hint:', () => {
  it.each<[label: string, request: string, authorization: string, code: string, expected: RegExp]>([
    ['a token without a scheme', RUNAI, token, 'bearer_missing', /contains a JWT without a scheme/],
    [
      'the scheme joined to the token',
      RUNAI,
      `Bearer${token}`,
      'bearer_missing',
      /space between `Bearer` and the token is missing/,
    ],
    ['the scheme twice', RUNAI, `Bearer Bearer ${token}`, 'bearer_twice', /contains `Bearer` twice/],
    ['the scheme alone', RUNAI, 'Bearer', 'empty_bearer', /has no token/],
    ['Basic', RUNAI, 'Basic YTpi', 'basic_for_bearer', /uses Basic authentication/],
    ['another scheme', RUNAI, `Token ${token}`, 'other_scheme', /has the scheme `token`/],
    ['a scheme that may be a secret', RUNAI, 'hunter2 hunter3', 'other_scheme', /has another scheme/],
    ['a colon after the scheme', RUNAI, `Bearer: ${token}`, 'other_scheme', /between `Bearer` and the token/],
    ['a literal of a programming language', RUNAI, 'Bearer undefined', 'placeholder_as_token', /placeholder/],
    ['a shell variable', NVCF, 'Bearer $NGC_API_KEY', 'placeholder_as_token', /placeholder/],
  ])('%s', async (_what, request, authorization, code, expected) => {
    const { codes, texts } = await hintsOf(server.call, request, { headers: { authorization } });

    expect(codes[0]).toBe(code);
    expect(texts[0]).toMatch(expected);
    expect(texts.join(' ')).not.toContain('hunter');
    for (const secret of [token.slice(-20), key.slice(-20)]) expect(texts.join(' ')).not.toContain(secret);
  });

  it.each(['GET /token?service=ngc&scope=group/ngc:acme', 'GET /token', 'POST /v2/token/', NVCF])(
    'the unsupported exchange of `$oauthtoken`: %s',
    async (request) => {
      const basic = Buffer.from(`$oauthtoken:${key}`).toString('base64');
      const { codes, texts, answer } = await hintsOf(server.call, request, {
        headers: { authorization: `Basic ${basic}` },
      });

      expect(codes).toEqual(['oauthtoken_exchange']);
      expect(texts[0]).toContain('`$oauthtoken`');
      expect(texts[0]).toContain('send the key as `Authorization: Bearer nvapi-...`');
      for (const secret of [key.slice(8), basic]) {
        expect(JSON.stringify([texts, answer.body, answer.headers])).not.toContain(secret);
      }
    },
  );

  it('the unsupported exchange, by its path and no credential', async () => {
    expect((await hintsOf(server.call, 'GET /token?service=ngc')).codes).toEqual(['oauthtoken_exchange']);
  });

  it.each([
    ['at Run:ai, which accepts no keys', RUNAI, '$oauthtoken', ['basic_for_bearer']],
    ['for another user', NVCF, 'oauthtoken', ['basic_for_bearer']],
    ['on an unknown path for another user', 'POST /token', 'oauthtoken', ['path_incomplete']],
  ])('nothing about that exchange %s', async (_what, request, user, expected) => {
    const headers = { authorization: `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}` };

    expect((await hintsOf(server.call, request, { headers })).codes).toEqual(expected);
  });

  it('two headers', async () => {
    const headers = { authorization: [`Bearer ${token}`, `Bearer ${token}`] as never };
    const { codes, answer } = await hintsOf(server.call, RUNAI, { headers });

    expect(answer.decision.reason).toBe('multiple_authorization');
    expect(codes).toEqual(['several_authorization_headers']);
  });

  it('`bearer` in lower case, only if the case matters', async () => {
    const headers = { authorization: `bearer ${key}` };
    const { codes, answer } = await hintsOf(strict.call, NVCF, { headers });

    expect(answer.decision.reason).toBe('wrong_scheme');
    expect(codes).toEqual(['bearer_lower_case']);
    expect((await server.call(NVCF, { headers })).status).toBe(200);
  });

  it.each([
    ['a header of another API', { headers: { 'x-api-key': key } }, '', '`x-api-key`'],
    ['a query parameter', {}, '?access_token=abc', '`access_token`'],
  ])('a credential in %s', async (_what, parts, query, named) => {
    const { codes, texts } = await hintsOf(server.call, `${RUNAI}${query}`, parts);

    expect(codes).toEqual(['credential_elsewhere']);
    expect(texts[0]).toContain(named);
  });
});

describe('no hint is given', () => {
  it.each([
    ['for a request without a credential', RUNAI, {}],
    ['to a caller without a right', 'POST /v2/nvcf/functions', { token: castKey('nvcf-invoker').key, body: {} }],
    ['for an invalid token', RUNAI, { token: `${token}x` }],
  ])('%s', async (_what, request, parts) => {
    expect((await hintsOf(server.call, request, parts)).codes).toEqual([]);
  });

  it('by the control API', async () => {
    const answer = await server.call('GET /_mock/tables/ari', { headers: { authorization: token } });

    expect(answer.status).toBe(404);
    expect(answer.headers['x-mock-hint']).toBeUndefined();
  });

  it('in the response without `explain`, although the journal has it', async () => {
    const quiet = await testServer({ explain: false });
    const answer = await quiet.call('GET /token');
    const { body } = await quiet.call('GET /_mock/requests');

    expect(answer.headers['x-mock-hint']).toBeUndefined();
    expect(body.requests[0].hints).not.toEqual([]);
  });
});

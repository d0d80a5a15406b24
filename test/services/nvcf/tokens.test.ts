import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import {
  ACME,
  expectInvalid,
  expectUnauthorized,
  inPath,
  NOBODY,
  nvcfServer,
  placeOf,
} from '../../support/nvcf-client.ts';
import { START } from '../../support/server.ts';

const server = await nvcfServer();
const { acme } = server;
const [echo, summarize] = [placeOf('echo'), placeOf('summarize')];
const [translate, llama] = [placeOf('translate'), placeOf('llama')];
const client = { clientId: 'a-client' };
const now = START / 1000;

const expectedClaims = (functions: readonly object[]) => ({
  iss: 'http://localhost:6625',
  sub: castKey('nvcf-full-access').id,
  azp: 'a-client',
  typ: 'Bearer',
  iat: now,
  exp: now + 3600,
  jti: expect.stringMatching(/\w/),
  ncaId: ACME,
  scopes: ['invoke_function'],
  functions,
});

const several = [
  { functionId: echo.functionId },
  { functionId: summarize.functionId, functionVersionId: summarize.versionId },
];

describe('an invocation token', () => {
  it.each([
    ['a function', `tokens/functions/${echo.functionId}`, client, [{ functionId: echo.functionId }]],
    [
      'a version',
      `tokens/${inPath(echo)}`,
      client,
      [{ functionId: echo.functionId, functionVersionId: echo.versionId }],
    ],
    ['several functions', 'tokens/functions', { ...client, functions: several }, several],
    ['a shared function', `tokens/functions/${translate.functionId}`, client, [{ functionId: translate.functionId }]],
    ['a public function', `tokens/functions/${llama.functionId}`, client, [{ functionId: llama.functionId }]],
  ])('for %s contains the functions as claims', async (_what, path, body, functions) => {
    const answer = await acme(`POST ${path}`, { ...body, color: 'red' });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ access_token: expect.any(String), expires_in: 3600 });
    expect(decodeJwt(answer.body.access_token)).toEqual(expectedClaims(functions));
    expect(decodeProtectedHeader(answer.body.access_token)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
  });

  it('is different for each request', async () => {
    const request = `POST tokens/functions/${echo.functionId}`;
    const [first, second] = [await acme(request, client), await acme(request, client)];

    expect(first.body.access_token).not.toBe(second.body.access_token);
  });

  it('is rejected by the API, which accepts only keys', async () => {
    const { body } = await acme(`POST tokens/functions/${echo.functionId}`, client);
    const answer = await server.call(`POST /v2/nvcf/pexec/functions/${echo.functionId}`, { token: body.access_token });

    expectUnauthorized(answer, expect.stringMatching(/^Bearer error="invalid_token"/));
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'unsupported_token' });
  });

  it.each([
    ['POST tokens/functions/{f}', {}, 'clientId'],
    ['POST tokens/functions', { ...client, functions: [] }, 'functions'],
    ['POST tokens/functions', { ...client, functions: Array(5).fill({ functionId: NOBODY }) }, 'functions'],
  ])('is not issued by %s for %j', async (template, body, word) => {
    const request = template.replace('{f}', echo.functionId);

    expectInvalid(await acme(request, body), request, word);
  });

  it('is issued for up to four functions, even if they do not exist', async () => {
    const functions = Array(4).fill({ functionId: NOBODY });
    const { status, body } = await acme('POST tokens/functions', { ...client, functions });

    expect(status).toBe(200);
    expect(decodeJwt(body.access_token)['functions']).toEqual(functions);
  });
});

/** A body with a content coding is rejected with the name of the coding, and never parsed. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cast, researcher } from '../support/cast.ts';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';

const server = await testServer();
const { clientId, clientSecret } = researcher.accessKey;
const GRANT = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });
const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const REALM = `/auth/realms/${cast.tenant.realm}/protocol/openid-connect/token`;

async function sendCoded(url: string, coding: string, type = JSON_TYPE, token?: string) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { 'content-type': type, 'content-encoding': coding, ...authorization };
  const answer = await server.app.inject({ method: 'POST', url, headers, payload: gzipSync(GRANT) });
  return { status: answer.statusCode, headers: answer.headers, body: answer.body === '' ? null : answer.json() };
}

const nvcf = castKey('nvcf-registrar').key;

describe('a body with a content coding is rejected in the error format of the service:', () => {
  it.each<[path: string, type: string, key: string | undefined, status: number, readText: (body: never) => unknown]>([
    ['/api/v1/token', JSON_TYPE, undefined, 415, ({ message }: { message: string }) => message],
    [
      '/v3/keys/get-caller-info',
      FORM,
      nvcf,
      415,
      ({ requestStatus }: { requestStatus: { statusDescription: string } }) => requestStatus.statusDescription,
    ],
    // RFC 6749 has no 415.
    [REALM, FORM, undefined, 400, ({ error_description: text }: { error_description: string }) => text],
  ])('%s', async (path, type, key, status, readText) => {
    const answer = await sendCoded(path, 'gzip', type, key);

    expect(answer.status).toBe(status);
    expect(readText(answer.body as never)).toContain('content encoding `gzip`');
    expect(answer.headers['accept-encoding']).toBe('identity');
    expect(answer.headers['x-mock-hint']).toBeUndefined();
    expect(JSON.stringify(answer.body)).not.toContain('belongs to the token endpoint');
  });

  it('but only after authentication and the check of its content type', async () => {
    expect((await sendCoded('/v2/nvcf/functions', 'gzip')).status).toBe(401);
    const invoker = castKey('nvcf-invoker').key;
    expect((await sendCoded('/v2/nvcf/functions', 'gzip', JSON_TYPE, invoker)).status).toBe(403);
    const { status, body } = await sendCoded('/v2/nvcf/functions', 'gzip', 'text/plain', nvcf);
    expect([status, body.detail]).toEqual([415, expect.stringContaining('must be JSON')]);
  });
});

it.each(['gzip', 'GZIP', 'x-gzip', 'br', 'deflate', 'zstd', 'unknown', 'gzip, br', 'identity, gzip'])(
  'the error names the coding: %s',
  async (coding) => {
    const { status, body } = await sendCoded('/api/v1/token', coding);

    expect(status).toBe(415);
    expect(body.message).toContain(`content encoding \`${coding}\``);
    expect(body.message).toMatch(/Send it uncompressed, without `Content-Encoding`/);
  },
);

it.each(['identity', 'Identity', ' identity , identity ', ''])('`%s` is accepted as no coding', async (coding) => {
  const answer = await server.call('POST /api/v1/token', { body: GRANT, headers: { 'content-encoding': coding } });

  expect(answer.status).toBe(200);
});

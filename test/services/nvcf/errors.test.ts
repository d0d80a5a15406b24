import { describe, expect, it } from 'vitest';
import {
  DEFINITION,
  expectGateway,
  expectInvalid,
  expectProblem,
  expectUntyped,
  inPath,
  mediaTypeOf,
  NOBODY,
  nvcfServer,
  placeOf,
} from '../../support/nvcf-client.ts';

const server = await nvcfServer();
const { acme } = server;
const echo = placeOf('echo');

/** An operation of each plane and method with a body. */
const WRITES = [
  'POST functions',
  `PUT functions/${NOBODY}/versions/${NOBODY}`,
  `PATCH deployments/${NOBODY}/gpu-specifications/${NOBODY}`,
  `POST pexec/functions/${echo.functionId}`,
  `POST exec/functions/${echo.functionId}`,
  'POST tokens/functions',
];

describe('a request body', () => {
  it.each(WRITES)('of %s must be JSON with a JSON content type, of at most 1 MiB', async (request) => {
    for (const body of ['{', '{"name":}', 'name=echo', '\u0000', '{} {}']) {
      const answer = await acme(request, body);
      expectInvalid(answer, request, 'JSON');
      expect(answer.decision).toBeNull();
    }
    expectInvalid(await acme(request), request, 'body');
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
      'application/json; charset=latin1',
      '',
    ]) {
      const answer = await acme(request, {}, { 'content-type': type });
      expectUntyped(answer, request, 415, 'Unsupported Media Type');
      expect(answer.decision).toBeNull();
    }
    const answer = await acme(request, JSON.stringify({ name: 'x'.repeat(1024 * 1024) }));
    expectUntyped(answer, request, 413, 'Content Too Large');
    expect(answer.decision).toBeNull();
  });

  it('is ignored by operations without a body', async () => {
    expect((await acme('GET functions', '{')).status).toBe(200);
    const place = await server.create();
    expect((await acme(`DELETE ${inPath(place)}`, '{')).status).toBe(204);
  });

  it('is validated after the scope: a key without it gets 403 for every body', async () => {
    const lister = await server.withScopes(['list_functions']);
    for (const request of WRITES) {
      for (const [body, headers] of [
        ['{'],
        [{}, { 'content-type': 'text/plain' }],
        ['x'.repeat(2 ** 20 + 1)],
      ] as const) {
        const detail = expect.stringMatching(/Access Denied|Forbidden/);
        expectProblem(await lister(request, body, headers), request, 403, detail);
      }
    }
  });
});

describe('a method that a path does not support is rejected with 405 and `allow`:', () => {
  const rows: [request: string, allow: string[]][] = [
    ['DELETE functions', ['GET', 'POST']],
    ['GET pexec/functions/{f}', ['POST']],
    ['OPTIONS functions', ['GET', 'POST']],
  ];

  it.each(rows)('%s', async (template, allow) => {
    const request = template.replaceAll('{f}', NOBODY);
    for (const answer of [await acme(request), await server.call(request.replace(' ', ' /v2/nvcf/'))]) {
      expectUntyped(answer, request, 405, 'Method Not Allowed');
      const methods = String(answer.headers['allow']).split(', ');
      expect(methods.filter((method) => method !== 'HEAD').sort()).toEqual(allow);
      expect(answer.decision).toBeNull();
    }
  });
});

describe('an unknown path', () => {
  it.each([
    '/v2/nvcf',
    '/v2/nvcf/',
    '/v2/nvcf/nothing',
    '/v2/nvcf/functions/',
    '/v2/nvcf/functions/a/b/c',
    '/v2/nvcf/Functions',
  ])('%s returns 404 as problem details', async (path) => {
    for (const answer of [await acme(`GET ${path}`), await server.call(`GET ${path}`)]) {
      expect({ status: answer.status, mediaType: mediaTypeOf(answer) }).toEqual({
        status: 404,
        mediaType: 'application/problem+json',
      });
      expect(answer.body).toMatchObject({ title: 'Not Found', status: 404, instance: path });
      expect(answer.body.detail).toMatch(/\w/);
    }
  });

  it.each(['/v2/orgs/acme/nvcf/nothing', '/v2/orgs/acme/nvcf'])(
    '%s of an organisation returns 404 as problem details',
    async (path) => {
      const answer = await acme(`GET ${path}`);

      expect(answer.body).toMatchObject({ title: 'Not Found', status: 404, instance: path });
      expect(mediaTypeOf(answer)).toBe('application/problem+json');
    },
  );

  it.each([
    '/v2/orgs/acme',
    '/v2/orgs/acme/nothing',
    '/v2/orgs/acme/ngc/nvcf/nothing',
    '/v3/orgs/acme/ngc/nvcf/nothing',
  ])('%s returns 404 in the format of the gateway', async (path) => {
    expectGateway(await acme(`GET ${path}`), 404, 'NOT_FOUND', expect.stringMatching(/\w/));
  });

  it('that cannot be decoded returns 400 in the format of its prefix', async () => {
    for (const path of ['/v2/nvcf/functions/%zz/versions', '/v2/orgs/acme/nvcf/functions/%E0%A4%A/versions']) {
      expectUntyped(await acme(`GET ${path}`), `GET ${path}`, 400, 'Bad Request');
    }
  });

  it.each([101, 1000, 9000])(
    'with an organisation of %d characters is rejected like an unknown organisation',
    async (length) => {
      const path = (org: string) => `PUT /v2/orgs/${org}/nvcf/metadata/functions/${'1'.repeat(8)}/versions/1`;
      const { status } = await server.call(path('nobody'));
      expect((await server.call(path('a'.repeat(length)))).status).toBe(status);
      expect(status).toBe(401);
    },
  );

  it('that is too long is rejected in the format of its prefix', async () => {
    const path = `/v2/nvcf/functions/${'x'.repeat(17_000)}/versions`;
    const answer = await acme(`GET ${path}`);

    expect(mediaTypeOf(answer)).toBe('application/problem+json');
    expect([400, 414]).toContain(answer.status);
  });
});

it('errors never contain values of the request', async () => {
  const secret = 'a-value-that-nobody-needs-to-see';
  const answers = [
    await acme('POST functions', { ...DEFINITION, name: `-${secret}` }),
    await acme('POST functions', { ...DEFINITION, inferencePort: secret }),
    await acme('POST functions', `{"${'x'.repeat(10)}":"${secret}`),
    await acme(`POST pexec/functions/${echo.functionId}`, {}, { 'nvcf-poll-seconds': secret }),
    await acme('POST telemetries', { protocol: secret }),
  ];

  for (const { status, body } of answers) {
    expect(status).toBe(400);
    expect(JSON.stringify(body)).not.toContain(secret);
  }
});

import { describe, expect, it } from 'vitest';
import { listHints } from '../../support/hints.ts';
import {
  DEFINITION,
  expectGateway,
  expectInvalid,
  expectProblem,
  expectUntyped,
  FULL,
  inPath,
  mediaTypeOf,
  NOBODY,
  nvcfServer,
  placeOf,
} from '../../support/nvcf-client.ts';
import { requestBytes, send } from '../../support/wire.ts';

const server = await nvcfServer();
const { acme } = server;
const { port } = await server.listen('127.0.0.1', 0);
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
  it.each(WRITES)('of %s is rejected with 400 if it is not JSON', async (request) => {
    for (const body of ['{', '{"name":}', 'name=echo', '\u0000', '{} {}']) {
      const answer = await acme(request, body);

      expectInvalid(answer, request, 'JSON');
      expect(answer.decision).toBeNull();
    }
  });

  it.each(WRITES)('of %s is required', async (request) => {
    const answer = await acme(request);

    expectInvalid(answer, request, 'body');
  });

  it.each(WRITES)('of %s is rejected with 415 without a JSON content type', async (request) => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
      'application/json; charset=latin1',
      '',
    ];
    for (const type of types) {
      const answer = await acme(request, {}, { 'content-type': type });

      expectUntyped(answer, request, 415, 'Unsupported Media Type');
      expect(answer.decision).toBeNull();
    }
  });

  it.each(['application/json; charset=UTF-8', 'APPLICATION/JSON', 'application/vnd.acme+json'])(
    'is accepted with the content type %s',
    async (type) => {
      const { status } = await acme(`POST pexec/functions/${echo.functionId}`, { a: 1 }, { 'content-type': type });

      expect(status).toBe(200);
    },
  );

  it.each(WRITES)('of %s is rejected with 413 beyond 1 MiB', async (request) => {
    const answer = await acme(request, JSON.stringify({ name: 'x'.repeat(1024 * 1024) }));

    expectUntyped(answer, request, 413, 'Content Too Large');
    expect(answer.decision).toBeNull();
  });

  it.each(['__proto__', 'constructor'])('is rejected with a member `%s` at any level', async (member) => {
    for (const request of WRITES) {
      for (const body of [`{"${member}":{}}`, `{"a":[{"b":{"${member}":1}}]}`]) {
        expectInvalid(await acme(request, body), request, member);
      }
    }
  });

  it('is rejected if it is nested too deeply', async () => {
    const body = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const request = `POST pexec/functions/${echo.functionId}`;

    expectInvalid(await acme(request, body), request, 'nested');
  });

  it('is rejected if it is not UTF-8', async () => {
    const headers = ['Host: localhost', `Authorization: Bearer ${FULL}`, 'Content-Type: application/json'];
    const bytes = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
    const path = `pexec/functions/${echo.functionId}`;
    const answer = await send(port, requestBytes(`POST /v2/nvcf/${path}`, headers, bytes));

    expectInvalid(answer, `POST ${path}`, 'UTF-8');
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
        expectProblem(
          await lister(request, body, headers),
          request,
          403,
          expect.stringMatching(/Access Denied|Forbidden/),
        );
      }
    }
  });
});

describe('an undocumented query parameter', () => {
  it('is ignored, and recorded as a hint', async () => {
    const world = await nvcfServer();
    const plain = await world.acme('GET functions');
    const extended = await world.acme('GET functions?color=crimson&visibilities=none');
    const hints = await listHints(world);

    expect(extended).toMatchObject({ status: 200, body: plain.body });
    const messages = hints.map(({ text }: { text: string }) => text).join('\n');
    expect(messages).toContain('`color`');
    expect(messages).toContain('`visibilities`');
    expect(messages).toContain('listFunctions');
    expect(messages).not.toContain('crimson');
  });
});

const READS = [
  'functions',
  'functions/ids',
  `functions/${echo.functionId}/versions`,
  inPath(echo),
  `deployments/${inPath(echo)}`,
  `queues/functions/${echo.functionId}`,
  `authorizations/functions/${echo.functionId}`,
  'registry-credentials',
  'recognized-registries',
  'telemetries',
  'clusterGroups',
  'assets',
];

describe('a HEAD request', () => {
  it.each(READS)('for %s is answered like GET, without a body', async (path) => {
    const get = await acme(`GET ${path}`);
    const head = await acme(`HEAD ${path}`);

    expect(get.status).toBe(200);
    expect({ status: head.status, body: head.body }).toEqual({ status: 200, body: undefined });
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    expect(head.decision).toMatchObject({ effect: 'allow' });
  });

  it('is rejected like GET', async () => {
    expect((await server.call('HEAD /v2/nvcf/functions')).status).toBe(401);
    expect((await acme(`HEAD functions/${NOBODY}/versions`)).status).toBe(404);
    expect((await acme(`HEAD pexec/functions/${echo.functionId}`)).status).toBe(405);
  });
});

describe('a method that a path does not support is rejected with 405 and `allow`:', () => {
  const rows: [request: string, allow: string[]][] = [
    ['DELETE functions', ['GET', 'POST']],
    ['POST functions/ids', ['GET']],
    ['PATCH functions/{f}/versions/{f}', ['DELETE', 'GET', 'PUT']],
    ['PUT functions/{f}/versions', ['GET', 'POST']],
    ['GET pexec/functions/{f}', ['POST']],
    ['POST pexec/status/{f}', ['GET']],
    ['PATCH deployments/functions/{f}/versions/{f}', ['DELETE', 'GET', 'POST', 'PUT']],
    ['GET deployments/{f}/gpu-specifications/{f}', ['PATCH']],
    ['PUT authorizations/functions/{f}', ['DELETE', 'GET', 'POST']],
    ['POST authorizations/functions/{f}/add', ['PATCH']],
    ['GET secrets/functions/{f}/versions/{f}', ['PUT']],
    ['PUT registry-credentials/{f}', ['DELETE', 'GET', 'PATCH']],
    ['PATCH telemetries/{f}', ['DELETE', 'GET']],
    ['PUT assets/{f}', ['DELETE', 'GET']],
    ['GET tokens/functions', ['POST']],
    ['POST clusterGroups', ['GET']],
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

it('paths of the vendor that are not emulated return 404', async () => {
  for (const path of ['supportedGpus', 'accounts/nca-acme-0001/functions', 'metrics', 'logs']) {
    expect((await acme(`GET ${path}`)).status).toBe(404);
  }
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

/** Requests that are rejected before their operation runs. */

import { METHODS } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createLineLog } from '../../src/lib/log.ts';
import { cast, researcher } from '../support/cast.ts';
import { failuresOf } from '../support/contract.ts';
import { listHints } from '../support/hints.ts';
import { problemDocument, runaiRefusal } from '../support/refusal-shapes.ts';
import { testServer } from '../support/server.ts';
import { forge } from '../support/tokens.ts';
import { chunked, type Reply, requestBytes, send } from '../support/wire.ts';

const MEBIBYTE = 1024 * 1024;
const HOST = 'Host: localhost:6625';
const JSON_TYPE = 'Content-Type: application/json';

const log: string[] = [];
const server = await testServer(
  { runaiKeyLimit: 1_000_000 },
  { log: (clock) => createLineLog('debug', false, clock, (line) => void log.push(line)) },
);
const { port } = await server.listen('127.0.0.1', 0);
const token = await forge();
const AUTHORIZATION = `Authorization: Bearer ${token}`;

const { clientId, clientSecret } = researcher.accessKey;
let names = 0;
const createName = () => `key-${++names}x`;

/** An operation that takes a body, with a valid request. */
interface Operation {
  readonly path: string;
  readonly headers: readonly string[];
  readonly goodStatus: number;
  readonly goodBody: () => Readonly<Record<string, unknown>>;
  /** Members that the document declares as strings. */
  readonly fields: readonly string[];
  readonly required: string;
  /** Expects an error response of the path's service, and returns its message. */
  readonly refusal: (answer: Reply) => string;
  /** Shares the parser and the checks of the first operation: one row of each table is enough. */
  readonly isLikeOthers?: boolean;
  /** Rejects members that its document does not declare. */
  readonly isClosed?: boolean;
}

const operations: Operation[] = [
  {
    path: '/api/v1/token',
    headers: [HOST],
    goodStatus: 200,
    goodBody: () => ({ grantType: 'client_credentials', clientID: clientId, clientSecret }),
    fields: ['grantType', 'clientID', 'clientSecret', 'appID', 'appSecret', 'username', 'password', 'refreshToken'],
    required: 'grantType',
    refusal: runaiRefusal,
  },
  {
    path: '/api/v1/access-keys',
    headers: [HOST, AUTHORIZATION],
    goodStatus: 201,
    goodBody: () => ({ name: createName() }),
    fields: ['name'],
    required: 'name',
    refusal: runaiRefusal,
    isLikeOthers: true,
  },
  {
    path: '/_mock/clock/advance',
    headers: [HOST],
    goodStatus: 200,
    goodBody: () => ({ by: '1ms' }),
    fields: ['by'],
    required: 'by',
    refusal: problemDocument,
    isLikeOthers: true,
    isClosed: true,
  },
];

const readNewestDecision = async () => server.world.activityLog.decisions.list({})[0]?.decision.id;

describe.each(operations)(
  'POST $path',
  ({ path, headers, goodStatus, goodBody, fields, required, refusal, isClosed, isLikeOthers }) => {
    const post = (body: string | Uint8Array, more: readonly string[] = [JSON_TYPE]) =>
      send(port, requestBytes(`POST ${path}`, [...headers, ...more], body));
    const goodJson = () => JSON.stringify(goodBody());
    const withMember = (member: string, value: unknown) => JSON.stringify({ ...goodBody(), [member]: value });

    /** Expects an error response without a decision, and returns its message. */
    const expectRejected = async (
      status: number,
      body: string | Uint8Array,
      more?: readonly string[],
    ): Promise<string> => {
      const decided = await readNewestDecision();
      const answer = await post(body, more);
      expect(answer.status, answer.text).toBe(status);
      const message = refusal(answer);
      expect(answer.headers).not.toHaveProperty('x-mock-decision');
      expect(await readNewestDecision()).toBe(decided);
      return message;
    };

    /** Checks each row of a table, then that a valid request still succeeds. */
    const checkRows = async <Row>(
      rows: readonly (readonly [name: string, row: Row])[],
      check: (row: Row, name: string) => unknown,
    ): Promise<string[]> => {
      const failures = await failuresOf(isLikeOthers ? rows.slice(0, 1) : rows, check);
      expect((await post(goodJson())).status).toBe(goodStatus);
      return failures;
    };

    it('rejects invalid JSON', async () => {
      const texts: [label: string, body: string][] = [
        ['truncated JSON', '{"name":'],
        ['a trailing comma', '{"name":"x",}'],
        ['text after the value', '{"name":"x"} and more'],
        ['a raw control character', '{"name":"a\tb"}'],
        ['`undefined`', 'undefined'],
        ['`NaN`', '{"name":NaN}'],
        ['a NUL', '\0'],
      ];

      expect(
        await checkRows(texts, async (body) => expect(await expectRejected(400, body)).toMatch(/\bJSON\b/)),
      ).toEqual([]);
    });

    it('rejects a body that is not UTF-8', async () => {
      const wrapBytes = (...bytes: number[]) =>
        Buffer.concat([Buffer.from(`{"${required}":"`), Buffer.from(bytes), Buffer.from('"}')]);
      const bodies: [label: string, body: Buffer][] = [
        ['a byte that starts no character', wrapBytes(0xff)],
        ['a truncated character', wrapBytes(0xc3)],
        ['half of a surrogate pair', wrapBytes(0xed, 0xa0, 0x80)],
        ['UTF-16', Buffer.from(goodJson(), 'utf16le')],
      ];

      expect(await checkRows(bodies, async (body) => expect(await expectRejected(400, body)).toMatch(/UTF-8/))).toEqual(
        [],
      );
    });

    it('rejects other content types and names the expected type', async () => {
      const types: [label: string, headers: string[]][] = [
        ['no type', []],
        ['an invalid type', ['Content-Type: foo']],
        ['plain text', ['Content-Type: text/plain']],
        ['a form', ['Content-Type: application/x-www-form-urlencoded']],
        ['a type that only starts with `application/json`', ['Content-Type: application/jsonx']],
        ['JSON in another encoding', ['Content-Type: application/json; charset=latin1']],
        ['two types in one header', ['Content-Type: application/json, text/plain']],
        ['two different headers', [JSON_TYPE, 'Content-Type: text/plain']],
        ['the same header twice', [JSON_TYPE, JSON_TYPE]],
      ];

      expect(
        await checkRows(types, async (headers) =>
          expect(await expectRejected(415, goodJson(), headers)).toContain('Content-Type: application/json'),
        ),
      ).toEqual([]);
    });

    it('accepts the JSON content type in any notation', async () => {
      for (const type of ['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON']) {
        expect((await post(goodJson(), [`Content-Type: ${type}`])).status, type).toBe(goodStatus);
      }
    });

    describe('with the limit of 1 MiB', () => {
      const padBody = (length: number) => goodJson().padEnd(length, ' ');

      it('rejects a larger declared length before the body is sent', async () => {
        expect(await expectRejected(413, '', [JSON_TYPE, `Content-Length: ${MEBIBYTE + 1}`])).toContain(
          String(MEBIBYTE),
        );
      });

      it('rejects a larger body with a declared length', async () => {
        expect(await expectRejected(413, padBody(MEBIBYTE + 1))).toContain(String(MEBIBYTE));
      });

      it('rejects a chunked body that becomes larger', async () => {
        const body = chunked(padBody(MEBIBYTE), ' ');

        expect(await expectRejected(413, body, [JSON_TYPE, 'Transfer-Encoding: chunked'])).toContain(String(MEBIBYTE));
      });

      it('accepts exactly 1 MiB, with a declared length and in chunks', async () => {
        const declared = await post(padBody(MEBIBYTE));
        const inChunks = await post(chunked(padBody(MEBIBYTE)), [JSON_TYPE, 'Transfer-Encoding: chunked']);

        expect([declared.status, inChunks.status]).toEqual([goodStatus, goodStatus]);
      });
    });

    it('rejects a request without a body', async () => {
      const requests: [label: string, request: [body: string | Uint8Array, headers: string[]]][] = [
        ['no length and no type', ['', []]],
        ['no length', ['', [JSON_TYPE]]],
        ['a length of zero', ['', [JSON_TYPE, 'Content-Length: 0']]],
        ['a length of zero and no type', ['', ['Content-Length: 0']]],
        ['no chunk', [chunked(), [JSON_TYPE, 'Transfer-Encoding: chunked']]],
      ];

      expect(
        await checkRows(requests, async ([body, headers]) =>
          expect(await expectRejected(400, body, headers)).toMatch(/no body.*JSON object/),
        ),
      ).toEqual([]);
    });

    it('rejects a body that is not an object and names its type', async () => {
      const bodies: [label: string, body: string][] = [
        ['an array', '[]'],
        ['a string', '"text"'],
        ['a number', '7'],
        ['null', 'null'],
        ['a boolean', 'true'],
        ['got an array', `[${goodJson()}]`],
      ];
      const failures = await checkRows(bodies, async (body, what) => {
        const message = await expectRejected(400, body);

        expect(message).toMatch(/\bbody\b.*expected an object/);
        expect(message).toContain(what);
      });

      expect(failures).toEqual([]);
    });

    it('rejects a field that is not a string and names the field and its type', async () => {
      const values: [label: string, value: unknown][] = [
        ['null', null],
        ['an array', ['x']],
        ['a number', 7],
        ['an object', { x: 'x' }],
        ['a boolean', true],
      ];
      // The first field is sent with every value, and each other field with one of them.
      const rows = fields.flatMap((field, index) =>
        values
          .filter((_, at) => index === 0 || at === index % values.length)
          .map(([what, value]) => [`${field}: ${what}`, { field, what, value }] as const),
      );
      const failures = await checkRows(rows, async ({ field, what, value }) => {
        const message = await expectRejected(400, withMember(field, value));

        // The guides write `clientId` and `appId`, the published document does not.
        expect(message).toContain(`\`${field.replace(/ID$/, 'Id')}\``);
        expect(message).toMatch(/expected (a string|one of)/);
        expect(message).toContain(`got ${what}`);
      });

      expect(failures).toEqual([]);
    });

    it(`rejects a body without \`${required}\` and names the expected type`, async () => {
      const message = await expectRejected(400, '{}');

      expect(message).toContain(`\`${required}\` is missing`);
      expect(message).toMatch(/expected (a string|one of)/);
    });

    describe('with a member name that could reach a prototype', () => {
      const nestDeeply = (member: string) => `${'{"a":['.repeat(20)}{${member}:1}${']}'.repeat(20)}`;
      const members: [label: string, member: string, named: string][] = [
        ['`__proto__`', '"__proto__"', '__proto__'],
        ['`__proto__` with an escape', '"\\u005f_proto__"', '__proto__'],
        [
          '`__proto__` all in escapes',
          '"\\u005f\\u005f\\u0070\\u0072\\u006f\\u0074\\u006f\\u005f\\u005f"',
          '__proto__',
        ],
        ['`constructor`', '"constructor"', 'constructor'],
        ['`constructor` with an escape', '"c\\u006fnstructor"', 'constructor'],
      ];
      const body = (rest: string) => goodJson().replace(/\}$/, `,${rest}}`);

      it('rejects it at the top level, 40 levels deep and in an array', async () => {
        const rows = members.flatMap(([what, member, named]) => [
          [what, { body: body(`${member}:{"polluted":true}`), named }] as const,
          [`${what}, 40 levels down`, { body: body(`"x":${nestDeeply(member)}`), named }] as const,
          [`${what}, in an array`, { body: `[{${member}:1}]`, named }] as const,
        ]);
        const failures = await checkRows(rows, async ({ body: sent, named }) => {
          expect(await expectRejected(400, sent)).toContain(`\`${named}\``);
          expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
        });

        expect(failures).toEqual([]);
      });

      it('allows it as a value', async () => {
        const body = withMember('x', ['__proto__', 'constructor']);

        if (isClosed) expect(await expectRejected(400, body)).toContain('Field `x` is not known here');
        else expect((await post(body)).status).toBe(goodStatus);
      });
    });

    it('rejects JSON that is nested too deeply', async () => {
      const nest = (open: string, close: string, depth: number) => `${open.repeat(depth)}${close.repeat(depth)}`;
      const bodies: [label: string, body: string][] = [
        ['10,000 arrays in a member', `{"x":${nest('[', ']', 10_000)}}`],
        ['as many arrays as fit', nest('[', ']', MEBIBYTE / 2)],
        ['10,000 brackets that never close', '['.repeat(10_000)],
      ];

      expect(
        await checkRows(bodies, async (body) => expect(await expectRejected(400, body)).toMatch(/nested|JSON/)),
      ).toEqual([]);
    });

    it(`${isClosed ? 'rejects' : 'ignores'} undeclared members`, async () => {
      const body = withMember('more', { than: ['asked', null] });

      if (isClosed) expect(await expectRejected(400, body)).toContain('Field `more` is not known here');
      else expect((await post(body)).status).toBe(goodStatus);
    });

    describe('does not echo a secret', () => {
      const SECRET = 'nvapi-S3cretS3cretS3cretS3cret';
      const rows: [label: string, request: [status: number, body: string, more?: string[]]][] = [
        ['in an array', [400, withMember(required, [SECRET])]],
        ['in an object', [400, withMember(required, { [SECRET]: SECRET })]],
        ['that is too long', [400, withMember(required, SECRET.repeat(300))]],
        ['as the whole JSON body', [400, JSON.stringify(SECRET)]],
        ['in broken JSON', [400, `{"${required}":"${SECRET}`]],
        ['as the whole body without quotes', [400, SECRET]],
        ['as the content type', [415, goodJson(), [`Content-Type: ${SECRET}`]]],
        ['as the encoding', [415, goodJson(), [`Content-Type: application/json; charset=${SECRET}`]]],
      ];

      it('in any position', async () => {
        const wrongPlaces = fields.map((field): (typeof rows)[number] => {
          return [`as ${field}`, [400, withMember(field, `${SECRET}!`.repeat(200))]];
        });
        const failures = await checkRows([...rows, ...wrongPlaces], async ([status, body, more]) => {
          const answer = await post(body, more);

          expect(answer.status).toBe(status);
          refusal(answer);
          expect(answer.head + answer.text).not.toContain('S3cret');
        });

        expect(failures).toEqual([]);
        expect(log.join('')).not.toContain('S3cret');
      });
    });
  },
);

it('POST /api/v1/token does not echo a secret that is sent as the grant type', async () => {
  const answer = await server.grant({ grantType: clientSecret, clientId, clientSecret });

  expect(answer.status).toBe(400);
  expect(runaiRefusal(answer)).toContain('`grantType`');
  expect(JSON.stringify([answer.body, answer.headers])).not.toContain(clientSecret);
});

describe('POST /api/v1/access-keys', () => {
  const create = (body: unknown) => server.call('POST /api/v1/access-keys', { token, body });

  it('rejects an invalid name and returns the name pattern', async () => {
    const names: [label: string, name: string][] = [
      ['that is empty', ''],
      ['of one character', 'a'],
      ['with one capital at its end', 'uppeR'],
      ['of 256 characters', 'a'.repeat(256)],
      ['that begins with a digit', '1a'],
      ['that ends with a hyphen', 'a-'],
      ['with a dot', 'a.b'],
      ['with a Cyrillic letter that looks like ASCII', 'kеy'],
      ['with a NUL', 'a\0b'],
      ['with a line break at its end', 'key\n'],
    ];
    const failures = await failuresOf(names, async (name) => {
      const answer = await create({ name });

      expect(answer.status).toBe(400);
      const message = runaiRefusal(answer);
      expect(message).toContain('`name`');
      expect(message).toContain('`^[a-z][-_a-z0-9]*[a-z0-9]$`');
      expect(message).toContain('2 to 255 characters');
      expect(answer.decision).toBeNull();
    });

    expect(failures).toEqual([]);
  });

  it.each([
    ['of two characters', 'ab'],
    ['of 255 characters', 'a'.repeat(255)],
    ['with an underscore', 'a_b'],
    ['that is `constructor`', 'constructor'],
  ])('accepts a name %s', async (_what, name) => {
    const answer = await create({ name });

    expect(answer.status).toBe(201);
    expect(answer.body.name).toBe(name);
  });

  it('uses the last of two members with the same name', async () => {
    const name = createName();

    expect((await create(`{"name":"Not This","name":"${name}"}`)).body.name).toBe(name);
    expect((await create(`{"name":"${createName()}","name":"Not This"}`)).status).toBe(400);
  });

  it.each([
    ['broken JSON', '{"name":', 'application/json'],
    ['an unsupported content type', '{"name":"x"}', 'foo'],
    ['an empty content type', '{"name":"x"}', ''],
    ['an invalid name', '{"name":"X"}', 'application/json'],
    ['a forbidden member', '{"__proto__":1}', 'application/json'],
    ['a body that is too large', ' '.repeat(MEBIBYTE + 1), 'application/json'],
  ])('rejects a missing credential before it checks %s', async (_what, body, type) => {
    const answer = await server.call('POST /api/v1/access-keys', { body, headers: { 'content-type': type } });

    expect(answer.status).toBe(401);
    expect(answer.decision.reason).toBe('no_token');
  });
});

/** Lists the requests to these paths, with alternating methods, that do not return 404 in this form. */
function findOthersThan404(paths: readonly string[], hasForm: typeof problemDocument): Promise<string[]> {
  const requests = paths.map((path, index) => `${['GET', 'POST', 'DELETE'][index % 3]} ${path}`);
  return failuresOf(
    requests.map((request) => [request, request] as const),
    async (request) => {
      const answer = await server.call(request);

      expect(answer.status).toBe(404);
      hasForm(answer);
      expect(answer.decision).toBeNull();
    },
  );
}

describe('a path that does not exist', () => {
  it('returns 404 with a Run:ai error body', async () => {
    const paths = [
      '/api/v1',
      '/api/v1/nothing',
      '/api/v1/token/more',
      '/api/v1/access-keys/some-id/secret/more',
      '/v1/k8s/nothing',
      '/auth/nothing',
      `/auth/realms/${cast.tenant.realm}/nothing`,
      '/api/v1//token',
    ];
    expect(await findOthersThan404(paths, runaiRefusal)).toEqual([]);
  });

  it('returns 404 with a problem document outside Run:ai', async () => {
    const paths = [
      '/nothing',
      '/api',
      '/api/v11/token',
      '/API/v1/token',
      '/_mock/nothing',
      '/_mockery/health',
      '/_mock/clock/advance/more',
    ];
    expect(await findOthersThan404(paths, problemDocument)).toEqual([]);
  });

  it('reads the body and keeps the connection open', async () => {
    const answer = await send(
      port,
      requestBytes('POST /api/v1/nothing', [HOST, 'Content-Type: text/plain'], 'x'.repeat(100_000)),
    );

    expect(answer.status).toBe(404);
    runaiRefusal(answer);
  });
});

describe('an unsupported method', () => {
  it.each([
    ['GET /api/v1/token', 'POST'],
    ['DELETE /api/v1/access-keys', 'GET, HEAD, POST'],
    ['POST /api/v1/access-keys/some-id', 'DELETE, GET, HEAD'],
    ['POST /api/v1/administration/access-keys', 'GET, HEAD'],
    ['POST /auth/realms/acme/protocol/openid-connect/certs', 'GET, HEAD'],
    ['OPTIONS /api/v1/access-keys', 'GET, HEAD, POST'],
  ])('%s returns 405 before authentication, with `Allow: %s`', async (request, allow) => {
    const answers = [await server.call(request), await server.call(request, { token: 'no-token-at-all' })];

    for (const answer of answers) {
      expect(answer.status).toBe(405);
      runaiRefusal(answer);
      expect(String(answer.headers['allow']).split(', ').sort()).toEqual(allow.split(', '));
      expect(answer.decision).toBeNull();
    }
  });

  it.each([
    ['DELETE /_mock/health', 'GET, HEAD'],
    ['GET /_mock/reset', 'POST'],
    ['OPTIONS /_mock/cast', 'GET, HEAD'],
  ])('%s returns 405 with a problem document and `Allow: %s`', async (request, allow) => {
    const answer = await server.call(request);

    expect(answer.status).toBe(405);
    problemDocument(answer);
    expect(String(answer.headers['allow']).split(', ').sort()).toEqual(allow.split(', '));
  });

  it.each([
    ['/api/v1/token', ['POST'], runaiRefusal, ''],
    ['/_mock/health', ['GET', 'HEAD'], problemDocument, '{}'],
  ] as const)('%s returns 405 for every other method that Node can parse', async (path, allowed, refusal, body) => {
    // A HEAD has no body to check, and a CONNECT has no path.
    const left: readonly string[] = [...allowed, 'HEAD', 'CONNECT'];
    const others = METHODS.filter((method) => !left.includes(method));
    const failures = await failuresOf(
      others.map((method) => [method, method] as const),
      async (method) => {
        const headers = body === '' ? [HOST] : [HOST, JSON_TYPE];
        const answer = await send(port, requestBytes(`${method} ${path}`, headers, body));

        expect(answer.status).toBe(405);
        refusal(answer);
        expect(answer.headers['allow']).toBe(allowed.join(', '));
      },
    );

    expect(failures).toEqual([]);
  });
});

describe('HEAD', () => {
  it.each([
    ['/api/v1/access-keys', [AUTHORIZATION]],
    ['/api/v1/access-keys', []],
    [`/api/v1/access-keys/${researcher.accessKey.id}`, [AUTHORIZATION]],
    ['/api/v1/access-keys/no-such-id', [AUTHORIZATION]],
    ['/api/v1/nothing', []],
    ['/api/v1/access-keys/%zz', []],
    ['/_mock/health', []],
  ])('%s returns the status and the headers of GET without a body', async (path, headers) => {
    const get = await send(port, requestBytes(`GET ${path}`, [HOST, ...headers]));
    const head = await send(port, requestBytes(`HEAD ${path}`, [HOST, ...headers]), true);
    const pickStable = ({ headers: { date, 'x-mock-decision': decision, ...rest } }: Reply) => ({
      ...rest,
      isDecision: decision !== undefined,
    });

    expect(head.status).toBe(get.status);
    expect(pickStable(head)).toEqual(pickStable(get));
    expect(head.decision?.reason).toBe(get.decision?.reason);
  });

  it('returns 405 without a body for a path without GET', async () => {
    const answer = await send(port, requestBytes('HEAD /api/v1/token', [HOST]), true);

    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
  });
});

describe('a path that cannot be decoded', () => {
  const undecodable = ['%zz', '%', '%4', '%c0%af', '%e9', '%ff', '%ed%a0%80', 'good-%zz-good'];

  it('returns 400 with a Run:ai error body, with and without a token', async () => {
    const rows = undecodable.flatMap((id): [string, { id: string; headers: string[] }][] => [
      [`${id}, without a token`, { id, headers: [] }],
      [`${id}, with a token`, { id, headers: [AUTHORIZATION] }],
    ]);
    const failures = await failuresOf(rows, async ({ id, headers }) => {
      const answer = await send(port, requestBytes(`GET /api/v1/access-keys/${id}`, [HOST, ...headers]));

      expect(answer.status).toBe(400);
      expect(runaiRefusal(answer)).toMatch(/path/);
      expect(answer.decision).toBeNull();
    });

    expect(failures).toEqual([]);
    expect((await server.call('GET /api/v1/access-keys', { token })).status).toBe(200);
  });

  it('returns 400 with a problem document', async () => {
    const paths = undecodable.flatMap((id) => [`/_mock/decisions/${id}`, `/_mock/${id}`, `/nothing/${id}`]);
    const failures = await failuresOf(
      paths.map((path) => [path, path] as const),
      async (path) => {
        const answer = await send(port, requestBytes(`GET ${path}`, [HOST]));

        expect(answer.status).toBe(400);
        expect(problemDocument(answer)).toMatch(/path/);
      },
    );

    expect(failures).toEqual([]);
  });
});

describe('an id', () => {
  const ids: [label: string, id: string][] = [
    ['of 2,000 characters', 'x'.repeat(2000)],
    ['of 12,000 characters', 'x'.repeat(12_000)],
    ['of 5,000 encoded characters', '%20'.repeat(5000)],
    ['that is not a UUID', 'not-a-uuid'],
    ['that is a UUID in braces', `%7B${researcher.accessKey.id}%7D`],
    ['that is a UUID in upper case', researcher.accessKey.id.toUpperCase()],
    ['that is a UUID with a space', `${researcher.accessKey.id}%20`],
    ['that is a UUID with a NUL', `${researcher.accessKey.id}%00`],
    ['with a slash', 'a%2Fb'],
    ['with a path traversal', '..%2F..%2Fetc%2Fpasswd'],
    ['that is an emoji', '%F0%9F%94%91'],
    ['that is SQL', "x'%20OR%20'1'='1"],
    ['that is a wildcard', '%25'],
    ['that is `__proto__`', '__proto__'],
    ['that is `constructor`', 'constructor'],
  ];

  it('of any form returns 404 after authentication', async () => {
    // Each id is sent to one of three operations, which find a key in the same way.
    const rows = ids.map(([what, id], index): [string, string] => {
      const path = `/api/v1/access-keys/${id}`;
      return [what, [`GET ${path}`, `DELETE ${path}`, `POST ${path}/secret`][index % 3] ?? ''];
    });
    const failures = await failuresOf(rows, async (request) => {
      const known = await send(port, requestBytes(request, [HOST, AUTHORIZATION]));
      const unknown = await send(port, requestBytes(request, [HOST]));

      expect(known.status).toBe(404);
      runaiRefusal(known);
      expect(known.decision.reason).toBe('no_such_object');
      expect(unknown.status).toBe(401);
      expect(unknown.decision.reason).toBe('no_token');
    });

    expect(failures).toEqual([]);
  });

  it('of any form returns 404 where no credential is required', async () => {
    const failures = await failuresOf(ids, async (id) => {
      for (const [path, refusal] of [
        [`/auth/realms/${id}/protocol/openid-connect/certs`, runaiRefusal],
        [`/_mock/decisions/${id}`, problemDocument],
        [`/_mock/tables/${id}`, problemDocument],
      ] as const) {
        const answer = await send(port, requestBytes(`GET ${path}`, [HOST]));

        expect(answer.status).toBe(404);
        refusal(answer);
      }
    });

    expect(failures).toEqual([]);
  });
});

describe('a query parameter', () => {
  const hints = () => listHints(server);

  it.each([
    ['GET /api/v1/access-keys', 'get_access_keys', 200],
    [`GET /api/v1/access-keys/${researcher.accessKey.id}`, 'get_access_key_by_id1', 200],
  ])('that is undocumented is accepted by %s and reported as a hint', async (request, operation, status) => {
    await server.call('POST /_mock/reset');
    const answer = await server.call(`${request}?includeMore=S3cret&includeMore=again`, { token });
    const reported = await hints();

    expect(answer.status).toBe(status);
    expect(reported).toEqual([
      expect.objectContaining({ code: 'undocumented_query', text: expect.stringContaining('`includeMore`') }),
    ]);
    expect(reported[0].text).toContain(operation);
    expect(JSON.stringify(reported)).not.toContain('S3cret');
  });

  it.each(['GET /_mock/health', 'GET /_mock/decisions'])('that is undocumented is rejected by %s', async (request) => {
    await server.call('POST /_mock/reset');
    const { status, body } = await server.call(`${request}?includeMore=S3cret&includeMore=again`);

    expect(status).toBe(400);
    expect(body.detail).toContain('Query parameter `includeMore` is not known here');
    expect(body.detail).not.toContain('S3cret');
    expect(await hints()).toEqual([]);
  });

  it.each(['?', '?&&', '?=', '?%zz=%zz', '?__proto__=1', '?constructor=1', '?a[b]=1', `?${'x=1&'.repeat(1000)}`])(
    'of any form is ignored: %s',
    async (query) => {
      const answer = await send(port, requestBytes(`GET /api/v1/access-keys${query}`, [HOST, AUTHORIZATION]));

      expect(answer.status).toBe(200);
    },
  );

  it.each(['clientId', 'createdBy'])('`%s` is rejected when it is sent twice', async (name) => {
    const asAdmin = await forge({ sub: cast.users[0]?.id });
    const answer = await server.call(`GET /api/v1/administration/access-keys?${name}=a&${name}=b`, {
      token: asAdmin,
    });

    expect(answer.status).toBe(400);
    expect(runaiRefusal(answer)).toContain(`\`${name}\``);
    expect(answer.decision).toBeNull();
  });

  it.each(['principal', 'effect', 'operation', 'limit'])(
    '`%s` of the control API is rejected when it is sent twice',
    async (name) => {
      const answer = await server.call(`GET /_mock/decisions?${name}=1&${name}=2`);

      expect(answer.status).toBe(400);
      expect(problemDocument(answer)).toContain(`\`${name}\``);
    },
  );
});

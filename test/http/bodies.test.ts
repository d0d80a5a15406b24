/**
 * Bodies as values. Their transfer over a connection: `transport/wire.e2e.ts` and `test/http/budgets.e2e.ts`.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { assertStorable } from '../../src/contract/storable-text.ts';
import { checkBodyType, parseBytes, receiveBody, toBodyProblem } from '../../src/http/bodies.ts';
import type { Operation } from '../../src/http/openapi.ts';
import { digestBody } from '../../src/http/pieces.ts';
import { incoming } from '../support/incoming.ts';

const FORM = 'application/x-www-form-urlencoded';
const operation = (body: Operation['body'], bodyForm: Operation['bodyForm'] = 'json'): Operation =>
  ({ body, bodyForm, bodyFields: new Map([['name', 'name']]) }) as unknown as Operation;

const createRequest = (body: string | Buffer, type = 'application/json') =>
  incoming({
    method: 'POST',
    headers: [
      ['Content-Type', type],
      ['Content-Length', String(Buffer.byteLength(body))],
    ],
    body,
  });

const createRoute = (of: Operation, row: object = {}) =>
  ({ operation: of, row: { id: 'row_of_toy', ...row } }) as never;

/** The value that an operation reads from a body, with its field names in any case. */
const readBody = (body: string, of: Operation, row: object = {}) =>
  parseBytes(Buffer.from(body), createRoute(of, { fieldNames: 'caseless', ...row }));

describe('a body is parsed', () => {
  it('as JSON, with field names in the spelling of the document if its row is caseless', () => {
    expect(readBody('{"NAME":1,"Other":2}', operation('required'))).toEqual({ name: 1, Other: 2 });
    expect(parseBytes(Buffer.from('{"NAME":1}'), createRoute(operation('required')))).toEqual({ NAME: 1 });
  });

  it('with the largest finite number', () => {
    expect(readBody('{"a":-1.7976931348623157e308}', operation('required'))).toEqual({ a: -Number.MAX_VALUE });
  });

  it('as a form', () => {
    expect(readBody('a=1&b=%20', operation('required', 'form'))).toEqual({ a: '1', b: ' ' });
  });

  it('as bytes', () => {
    expect(readBody('abc', operation('optional', 'bytes'))).toEqual(Buffer.from('abc'));
  });

  it('as undefined if there is none, and as an empty object if it is optional', () => {
    expect(readBody('', operation('none'))).toBeUndefined();
    expect(readBody('', operation('optional'))).toEqual({});
  });
});

describe('the content type', () => {
  const checkType =
    (headers: readonly (readonly [string, string])[], of: Operation, row: object = {}) =>
    () =>
      checkBodyType(incoming({ method: 'POST', headers, body: 'abc' }), createRoute(of, row));
  const LENGTH = ['Content-Length', '3'] as const;
  const createHeaders = (type: string) => [LENGTH, ['Content-Type', type]] as const;

  it.each([
    ['text/plain', 'json', /Content-Type: application\/json/],
    ['application/json; charset=latin1', 'json', /in UTF-8/],
    ['application/json', 'form', /Content-Type: application\/x-www-form-urlencoded/],
  ] as const)('must not be %s where the body is read as %s', (type, form, message) => {
    expect(checkType(createHeaders(type), operation('required', form))).toThrow(message);
    expect(checkType(createHeaders(type), operation('none', form))).toThrow(message);
  });

  it.each([
    ['application/json', 'json'],
    ['application/problem+json; charset="UTF-8"', 'json'],
    [FORM, 'form'],
    ['a/b', 'bytes'],
  ] as const)('may be %s where the body is read as %s', (type, form) => {
    expect(checkType(createHeaders(type), operation('required', form))).not.toThrow();
  });

  it('must be sent only once', () => {
    expect(checkType([...createHeaders('application/json'), ['Content-Type', FORM]], operation('required'))).toThrow();
  });

  it('is optional without a body, unless the operation requires JSON', () => {
    expect(checkType([], operation('optional'))).not.toThrow();
    expect(checkType([], operation('optional'), { needsJsonType: true })).toThrow(/must be JSON/);
  });

  it('must have no content encoding, except for bytes', () => {
    const coded = [...createHeaders('application/json'), ['Content-Encoding', 'gzip']] as const;

    expect(checkType(coded, operation('required'))).toThrow('has the content encoding `gzip`, which is not supported');
    expect(checkType(coded, operation('required', 'bytes'))).not.toThrow();
  });
});

it('a body may be nested up to 64 levels deep', () => {
  const arrays = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  for (const nested of [arrays, objects]) {
    expect(readBody(nested(64), operation('required'))).toEqual(JSON.parse(nested(64)));
    expect(() => readBody(nested(65), operation('required'))).toThrow('The body is nested deeper than 64 levels.');
  }
});

describe('a body is rejected', () => {
  it.each([
    ['that is empty', '', operation('required'), /has no body/],
    ['that is invalid JSON', '{', operation('required'), /not valid JSON/],
    ['with the member `__proto__`', '{"__proto__":1}', operation('required'), /`__proto__`/],
    ['that is a number out of range', '-1e400', operation('required'), /a number beyond ±1\.8e308/],
    ['with a number out of range', '{"a":[{"b":[1,1e400]}]}', operation('required'), /a number beyond ±1\.8e308/],
    [
      'with a field in two spellings',
      '{"name":1,"Name":2}',
      operation('required'),
      /spellings, `name` and `Name`\. Send only one/,
    ],
    ['with a form field twice', 'a=1&a=2', operation('required', 'form'), /`a` twice/],
    ['with too many form fields', 'a&'.repeat(100), operation('required', 'form'), /more than 100 fields/],
  ])('%s', (_what, body, of, message) => {
    expect(() => readBody(body, of)).toThrow(message);
  });

  it('with more than 5000 members', () => {
    const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [index, 1]));
    const body = (count: number) => readBody(JSON.stringify(members(count)), operation('required'));

    expect(body(5000)).toEqual(members(5000));
    expect(() => body(5001)).toThrow('more than 5000 members');
  });

  it('with an array of more than 10,000 entries, unless the operation reads traffic', () => {
    const listOf = (length: number) => JSON.stringify({ a: [Array.from({ length }, () => 1)] });
    const readList = (length: number, row: object = {}) => readBody(listOf(length), operation('required'), row);

    expect(() => readList(10_001)).toThrow('The body has an array of more than 10000 entries. Send fewer.');
    expect(readList(10_000)).toHaveProperty('a');
    expect(readList(10_001, { readsTraffic: true })).toHaveProperty('a');
  });
});

describe('receiving a body', () => {
  const receive = (request: IncomingMessage, max = 3) => receiveBody(request, max, () => {});

  it('accepts it up to the limit', async () => {
    expect(await receive(createRequest('abc'))).toBe(3);
    await expect(receive(createRequest('abcd'))).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('rejects it at once if the client has disconnected', async () => {
    const request = createRequest('abc');
    request.destroy();
    request.on('error', () => {});
    await new Promise((resolve) => request.once('close', resolve));

    await expect(receive(request)).rejects.toMatchObject({
      kind: 'invalid_request',
      message: 'The connection closed before the whole body arrived.',
    });
  });
});

it('the digest of a body is its size and its SHA-256, up to a limit', async () => {
  const hash = createHash('sha256').update('abc').digest('hex');

  expect(await digestBody(createRequest('abc'), 3)).toEqual({ size: 3, hash });
  expect(await digestBody(incoming(), 3)).toMatchObject({ size: 0 });
  await expect(digestBody(createRequest('abc'), 2)).rejects.toThrow('larger than 2 bytes');
});

describe('strings that cannot be stored', () => {
  it.each([
    ['a NUL', { a: [{ b: 'x\0' }] }, 'Field `a.0.b` contains a NUL'],
    ['an unpaired surrogate', { a: '\ud800' }, 'Field `a` contains a NUL'],
    ['a member name', { 'a\0': 1 }, 'Field `a?` contains a NUL'],
    ['the whole body', '\0', 'The body contains a NUL'],
  ])('are rejected with their path: %s', (_what, body, message) => {
    expect(() => assertStorable('Field', body)).toThrow(message);
  });

  it('exclude bytes and paired surrogates', () => {
    expect(() => assertStorable('Field', { a: '\u{1f600}', b: Buffer.from([0]), c: null, d: 1 })).not.toThrow();
  });
});

describe('a body that did not arrive', () => {
  const failed = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  const readProblem = (complete: boolean) => toBodyProblem(failed, { raw: { complete }, routeOptions: {} } as never);

  it('is a problem of the request if its connection closed', () => {
    expect(readProblem(false)).toMatchObject({ kind: 'invalid_request', close: true });
  });

  it('is not attributed to the request if another connection failed, such as that of the database', () => {
    expect(readProblem(true)).toBe(failed);
  });
});

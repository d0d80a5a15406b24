/**
 * Bodies as values. How they come over a line, or do not: `wire.test.ts`, and `test/http/budgets.e2e.ts`.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { assertStorable } from '../../src/definitions/storable-text.ts';
import { checkBodyType, parseBytes, receiveBody, toBodyProblem } from '../../src/http/bodies.ts';
import type { Operation } from '../../src/http/openapi.ts';
import { digestBody } from '../../src/http/pieces.ts';
import { incoming } from '../support/incoming.ts';

const FORM = 'application/x-www-form-urlencoded';
const operation = (body: Operation['body'], bodyForm: Operation['bodyForm'] = 'json'): Operation =>
  ({ body, bodyForm, bodyFields: new Map([['name', 'name']]) }) as unknown as Operation;

const sent = (body: string | Buffer, type = 'application/json') =>
  incoming({
    method: 'POST',
    headers: [
      ['Content-Type', type],
      ['Content-Length', String(Buffer.byteLength(body))],
    ],
    body,
  });

const routeOf = (of: Operation, row: object = {}) => ({ operation: of, row: { id: 'row_of_toy', ...row } }) as never;

/** The value that an operation reads from a body; its fields in any case. */
const read = (body: string, of: Operation, row: object = {}) =>
  parseBytes(Buffer.from(body), routeOf(of, { fieldNames: 'caseless', ...row }));

describe('a body is read', () => {
  it('as JSON, with its fields in the spelling of the document where the operation says so', () => {
    expect(read('{"NAME":1,"Other":2}', operation('required'))).toEqual({ name: 1, Other: 2 });
    expect(parseBytes(Buffer.from('{"NAME":1}'), routeOf(operation('required')))).toEqual({ NAME: 1 });
  });

  it('with the largest number', () => {
    expect(read('{"a":-1.7976931348623157e308}', operation('required'))).toEqual({ a: -Number.MAX_VALUE });
  });

  it('as a form', () => {
    expect(read('a=1&b=%20', operation('required', 'form'))).toEqual({ a: '1', b: ' ' });
  });

  it('as bytes', () => {
    expect(read('abc', operation('optional', 'bytes'))).toEqual(Buffer.from('abc'));
  });

  it('as nothing where there is none, and as an empty object where there need not be one', () => {
    expect(read('', operation('none'))).toBeUndefined();
    expect(read('', operation('optional'))).toEqual({});
  });
});

describe('the type of a body', () => {
  const checked =
    (headers: readonly (readonly [string, string])[], of: Operation, row: object = {}) =>
    () =>
      checkBodyType(incoming({ method: 'POST', headers, body: 'abc' }), routeOf(of, row));
  const LENGTH = ['Content-Length', '3'] as const;
  const typed = (type: string) => [LENGTH, ['Content-Type', type]] as const;

  it.each([
    ['text/plain', 'json', /Content-Type: application\/json/],
    ['application/json; charset=latin1', 'json', /in UTF-8/],
    ['application/json', 'form', /Content-Type: application\/x-www-form-urlencoded/],
  ] as const)('must not be %s where it is read as %s', (type, form, message) => {
    expect(checked(typed(type), operation('required', form))).toThrow(message);
    expect(checked(typed(type), operation('none', form))).toThrow(message);
  });

  it.each([
    ['application/json', 'json'],
    ['application/problem+json; charset="UTF-8"', 'json'],
    [FORM, 'form'],
    ['a/b', 'bytes'],
  ] as const)('may be %s where it is read as %s', (type, form) => {
    expect(checked(typed(type), operation('required', form))).not.toThrow();
  });

  it('is named once', () => {
    expect(checked([...typed('application/json'), ['Content-Type', FORM]], operation('required'))).toThrow();
  });

  it('need not be named without a body, unless the operation says so', () => {
    expect(checked([], operation('optional'))).not.toThrow();
    expect(checked([], operation('optional'), { needsJsonType: true })).toThrow(/must be JSON/);
  });

  it('comes without a content coding, except for bytes', () => {
    const coded = [...typed('application/json'), ['Content-Encoding', 'gzip']] as const;

    expect(checked(coded, operation('required'))).toThrow('has the content encoding `gzip`, which is not supported');
    expect(checked(coded, operation('required', 'bytes'))).not.toThrow();
  });
});

it('a body is nested up to 64 levels deep, and no deeper', () => {
  const arrays = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  for (const nested of [arrays, objects]) {
    expect(read(nested(64), operation('required'))).toEqual(JSON.parse(nested(64)));
    expect(() => read(nested(65), operation('required'))).toThrow('The body is nested deeper than 64 levels.');
  }
});

describe('a body is refused', () => {
  it.each([
    ['that is empty', '', operation('required'), /has no body/],
    ['that is no JSON', '{', operation('required'), /not valid JSON/],
    ['with a name that every object has', '{"__proto__":1}', operation('required'), /`__proto__`/],
    ['that is a number beyond all', '-1e400', operation('required'), /a number beyond ±1\.8e308/],
    ['with a number beyond all', '{"a":[{"b":[1,1e400]}]}', operation('required'), /a number beyond ±1\.8e308/],
    ['with a field in two cases', '{"name":1,"Name":2}', operation('required'), /`name` and as `Name`/],
    ['with a field of a form twice', 'a=1&a=2', operation('required', 'form'), /`a` twice/],
    ['with too many fields', 'a&'.repeat(100), operation('required', 'form'), /more than 100 fields/],
  ])('%s', (_what, body, of, message) => {
    expect(() => read(body, of)).toThrow(message);
  });

  it('with more than 5000 members', () => {
    const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [index, 1]));
    const body = (count: number) => read(JSON.stringify(members(count)), operation('required'));

    expect(body(5000)).toEqual(members(5000));
    expect(() => body(5001)).toThrow('more than 5000 members');
  });

  it('with too many entries, at any depth, unless it is recorded traffic', () => {
    const listOf = (length: number) => JSON.stringify({ a: [Array.from({ length }, () => 1)] });
    const readList = (length: number, row: object = {}) => read(listOf(length), operation('required'), row);

    expect(() => readList(10_001)).toThrow('The body has an array of more than 10000 entries. Send fewer.');
    expect(readList(10_000)).toHaveProperty('a');
    expect(readList(10_001, { readsTraffic: true })).toHaveProperty('a');
  });
});

describe('a body is received as it comes', () => {
  const received = (request: IncomingMessage, max = 3) => receiveBody(request, max, () => {});

  it('up to a limit', async () => {
    expect(await received(sent('abc'))).toBe(3);
    await expect(received(sent('abcd'))).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('not at all if its client has left, without waiting for more', async () => {
    const request = sent('abc');
    request.destroy();
    request.on('error', () => {});
    await new Promise((resolve) => request.once('close', resolve));

    await expect(received(request)).rejects.toMatchObject({
      kind: 'invalid_request',
      message: 'The connection closed before the whole body arrived.',
    });
  });
});

it('the digest of a body is its size and its SHA-256, and no more bytes than are asked for', async () => {
  const hash = createHash('sha256').update('abc').digest('hex');

  expect(await digestBody(sent('abc'), 3)).toEqual({ size: 3, hash });
  expect(await digestBody(incoming(), 3)).toMatchObject({ size: 0 });
  await expect(digestBody(sent('abc'), 2)).rejects.toThrow('larger than 2 bytes');
});

describe('texts that cannot be kept as they were sent', () => {
  it.each([
    ['a NUL', { a: [{ b: 'x\0' }] }, 'Field `a.0.b` contains a NUL'],
    ['half of a pair', { a: '\ud800' }, 'Field `a` contains a NUL'],
    ['a name', { 'a\0': 1 }, 'Field `a?` contains a NUL'],
    ['the whole body', '\0', 'The body contains a NUL'],
  ])('are refused with their place: %s', (_what, body, said) => {
    expect(() => assertStorable('Field', body)).toThrow(said);
  });

  it('are no bytes, and no pairs that are whole', () => {
    expect(() => assertStorable('Field', { a: '\u{1f600}', b: Buffer.from([0]), c: null, d: 1 })).not.toThrow();
  });
});

describe('a body that did not arrive', () => {
  const failed = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  const problemIn = (complete: boolean) => toBodyProblem(failed, { raw: { complete }, routeOptions: {} } as never);

  it('is told as such if its connection closed', () => {
    expect(problemIn(false)).toMatchObject({ kind: 'invalid_request', close: true });
  });

  it('is not blamed for a connection of somebody else, such as that of the database', () => {
    expect(problemIn(true)).toBe(failed);
  });
});

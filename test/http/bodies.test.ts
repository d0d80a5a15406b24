/**
 * Bodies as values. How they come over a line, or do not: `wire.test.ts`, and `test/http/budgets.e2e.ts`.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkTexts } from '../../src/core/storable-text.ts';
import { BodyRoom, readBody, receive } from '../../src/http/bodies.ts';
import type { Operation } from '../../src/http/openapi.ts';
import { digestOf } from '../../src/http/pieces.ts';
import { limitsOf } from '../../src/http/transport/limits.ts';
import { incoming } from '../support/incoming.ts';

const limits = limitsOf({ bodyBytes: 1000 });
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

/** What an operation makes of a body; its fields in any case. */
const read = (body: string, of: Operation, type?: string, look: (text: string) => void = () => {}) =>
  readBody(sent(body, type), of, 'caseless', limits, look);

describe('a body is read', () => {
  it('as JSON, with its fields in the spelling of the document', async () => {
    expect(await read('{"NAME":1,"Other":2}', operation('required'))).toEqual({ name: 1, Other: 2 });
  });

  it('with the largest number', async () => {
    expect(await read('{"a":-1.7976931348623157e308}', operation('required'))).toEqual({ a: -Number.MAX_VALUE });
  });

  it('as a form', async () => {
    expect(await read('a=1&b=%20', operation('required', 'form'), FORM)).toEqual({ a: '1', b: ' ' });
  });

  it('as bytes, whatever their type', async () => {
    expect(await read('abc', operation('optional', 'bytes'), 'a/b')).toEqual(Buffer.from('abc'));
  });

  it('as bytes, whatever their content coding', async () => {
    const request = incoming({
      headers: [
        ['Content-Encoding', 'gzip'],
        ['Content-Length', '3'],
      ],
      body: 'abc',
    });
    const body = await readBody(request, operation('optional', 'bytes'), 'exact', limits, () => {});

    expect(body).toEqual(Buffer.from('abc'));
  });

  it('as nothing where there is none, and as an empty object where there need not be one', async () => {
    expect(await readBody(incoming(), operation('none'), 'exact', limits, () => {})).toBeUndefined();
    expect(await readBody(incoming(), operation('optional'), 'exact', limits, () => {})).toEqual({});
  });

  it('and shown as it came', async () => {
    const shown: string[] = [];
    await read('{"a":1}', operation('required'), undefined, (text) => shown.push(text));

    expect(shown).toEqual(['{"a":1}']);
  });
});

describe('a body is received', () => {
  const received = (body: string, row: object = {}, of = operation('required')) =>
    receive(sent(body), { operation: of, row: { id: 'row_of_toy', ...row } as never }, limitsOf({ bodyBytes: 15 }));

  it('as a value, with its text as it was sent', async () => {
    expect(await received('{"name": 1}')).toEqual({ value: { name: 1 }, text: '{"name": 1}', fault: null });
  });

  it('with its fields in any case, where the operation says so', async () => {
    expect((await received('{"NAME":1}')).value).toEqual({ NAME: 1 });
    expect((await received('{"NAME":1}', { fieldNames: 'caseless' })).value).toEqual({ name: 1 });
  });

  it('although it cannot be read: its operation refuses it, in its turn', async () => {
    expect(await received('{"name":')).toEqual({
      value: undefined,
      text: '{"name":',
      fault: expect.objectContaining({ kind: 'invalid_request' }),
    });
  });

  it('up to a limit, which is another one for recorded traffic', async () => {
    const long = JSON.stringify('x'.repeat(1000));

    expect(await received(long)).toMatchObject({ value: undefined, text: null, fault: { kind: 'too_large' } });
    expect(await received(long, { readsTraffic: true })).toMatchObject({ value: 'x'.repeat(1000), fault: null });
  });

  it('as nothing where the operation takes none', async () => {
    expect(await received('{}', {}, operation('none'))).toEqual({ value: undefined, text: null, fault: null });
  });
});

it('a body is nested up to 64 levels deep, and no deeper', async () => {
  const arrays = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  for (const nested of [arrays, objects]) {
    expect(await read(nested(64), operation('required'), undefined)).toEqual(JSON.parse(nested(64)));
    await expect(read(nested(65), operation('required'), undefined)).rejects.toThrow(
      'The body is nested deeper than 64 levels.',
    );
  }
});

describe('a body is refused', () => {
  const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`a${index}`, 1])));
  it.each([
    ['of another type', '{}', operation('required'), 'text/plain', /Content-Type: application\/json/],
    ['in another encoding', '{}', operation('required'), 'application/json; charset=latin1', /in UTF-8/],
    ['that is empty', '', operation('required'), undefined, /has no body/],
    ['that is no JSON', '{', operation('required'), undefined, /not valid JSON/],
    ['that is too large', wide, operation('required'), undefined, /larger than 1000 bytes/],
    ['with a name that every object has', '{"__proto__":1}', operation('required'), undefined, /`__proto__`/],
    ['that is a number beyond all', '-1e400', operation('required'), undefined, /a number beyond ±1\.8e308/],
    [
      'with a number beyond all',
      '{"a":[{"b":[1,1e400]}]}',
      operation('required'),
      undefined,
      /a number beyond ±1\.8e308/,
    ],
    ['with a field in two cases', '{"name":1,"Name":2}', operation('required'), undefined, /`name` and as `Name`/],
    ['with a field of a form twice', 'a=1&a=2', operation('required', 'form'), FORM, /`a` twice/],
    ['with too many fields', 'a&'.repeat(100), operation('required', 'form'), FORM, /more than 100 fields/],
  ])('%s', async (_what, body, of, type, said) => {
    await expect(read(body, of, type)).rejects.toThrow(said);
  });

  it('whose client has left before it is read, without waiting for more', async () => {
    const request = sent('{"a":1}');
    request.destroy();
    request.on('error', () => {});
    await new Promise((resolve) => request.once('close', resolve));

    await expect(readBody(request, operation('required'), 'exact', limits, () => {})).rejects.toMatchObject({
      kind: 'timeout',
      message: 'The connection closed before the whole body arrived.',
    });
  });

  it('with more than 5000 members', async () => {
    const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [index, 1]));
    const body = (count: number) =>
      readBody(sent(JSON.stringify(members(count))), operation('required'), 'exact', limitsOf(), () => {});

    expect(await body(5000)).toEqual(members(5000));
    await expect(body(5001)).rejects.toThrow('more than 5000 members');
  });

  it('with too many entries, at any depth', async () => {
    const listOf = (length: number) => JSON.stringify({ a: [Array.from({ length }, () => 1)] });
    const readList = (length: number, most = limitsOf()) =>
      readBody(sent(listOf(length)), operation('required'), 'exact', most, () => {});

    await expect(readList(10_001)).rejects.toThrow('The body has an array of more than 10000 entries. Send fewer.');
    await expect(readList(10_000)).resolves.toHaveProperty('a');
    await expect(readList(10_001, { ...limitsOf(), entries: 20_000 })).resolves.toHaveProperty('a');
  });
});

describe('the room for all bodies', () => {
  it('is what they take together, and is given back', () => {
    const room = new BodyRoom(10);
    room.take(8);

    expect(() => room.take(3)).toThrow('The server reads at most 10 bytes of request bodies at a time');
    room.give(8);
    expect(() => room.take(10)).not.toThrow();
  });

  it('is given back by a body that was read, and by one that was refused', async () => {
    const room = new BodyRoom(4);
    const few = limitsOf({ bodyBytes: 4, room });

    for (const body of ['{}', '[1]', '{']) {
      await readBody(sent(body), operation('required'), 'exact', few, () => {}).catch(() => {});
      expect(() => room.take(4)).not.toThrow();
      room.give(4);
    }
  });
});

it('the digest of a body is its size and its SHA-256, and no more bytes than are asked for', async () => {
  const hash = createHash('sha256').update('abc').digest('hex');

  expect(await digestOf(sent('abc'), 3, limits)).toEqual({ size: 3, hash });
  expect(await digestOf(incoming(), 3, limits)).toMatchObject({ size: 0 });
  await expect(digestOf(sent('abc'), 2, limits)).rejects.toThrow('larger than 2 bytes');
});

describe('texts that cannot be kept as they were sent', () => {
  it.each([
    ['a NUL', { a: [{ b: 'x\0' }] }, 'Field `a.0.b` contains a NUL'],
    ['half of a pair', { a: '\ud800' }, 'Field `a` contains a NUL'],
    ['a name', { 'a\0': 1 }, 'Field `a?` contains a NUL'],
    ['the whole body', '\0', 'The body contains a NUL'],
  ])('are refused with their place: %s', (_what, body, said) => {
    expect(() => checkTexts('Field', body)).toThrow(said);
  });

  it('are no bytes, and no pairs that are whole', () => {
    expect(() => checkTexts('Field', { a: '\u{1f600}', b: Buffer.from([0]), c: null, d: 1 })).not.toThrow();
  });
});

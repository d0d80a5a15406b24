import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { spoil } from '../../../src/http/answers.ts';

const TEXT = '{"name":"ä","list":[1,2,3]}';
const UTF8 = new TextDecoder('utf-8', { fatal: true });

it('a body that is spoiled is empty, or half of what it was', () => {
  expect(spoil(TEXT, 'empty')).toBe('');
  expect(String(spoil(TEXT, 'truncated'))).toBe('{"name":"ä","');
  expect(() => JSON.parse(String(spoil('{}', 'truncated')))).toThrow(SyntaxError);
});

it('or bytes that are no UTF-8, and so no JSON, as many as before and the same in every run', () => {
  for (const length of [1, 2, 3, 11, 12, 13, 1000]) {
    const bytes = spoil('x'.repeat(length), 'garbage') as Buffer;

    expect(bytes).toHaveLength(length);
    expect(() => UTF8.decode(bytes)).toThrow(TypeError);
    expect(() => JSON.parse(bytes.toString())).toThrow(SyntaxError);
  }
  expect(spoil(TEXT, 'garbage')).toEqual(spoil(Buffer.from(TEXT), 'garbage'));
});

it.each(['empty', 'truncated', 'garbage'] as const)('a body that is not there is not made %s', (how) => {
  expect(spoil(undefined, how)).toBeUndefined();
  expect(spoil('', how)).toBe('');
});

it('a body stays whole without a fault of it, and if it is only slow or made while it is read', () => {
  const stream = Readable.from([TEXT]);

  expect([spoil(TEXT, undefined), spoil(TEXT, 'slow')]).toEqual([TEXT, TEXT]);
  expect(spoil(stream, 'garbage')).toBe(stream);
  expect(spoil(null, 'garbage')).toBeNull();
});

it('what is spoiled is left as it was', () => {
  const stored = Buffer.from(TEXT);
  spoil(stored, 'truncated');
  spoil(stored, 'garbage');

  expect(stored.toString()).toBe(TEXT);
});

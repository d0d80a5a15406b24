import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { corruptBody } from '../../../src/http/answers.ts';

const TEXT = '{"name":"ä","list":[1,2,3]}';
const UTF8 = new TextDecoder('utf-8', { fatal: true });

it('a corrupted body is empty or half of the original', () => {
  expect(corruptBody(TEXT, 'empty')).toBe('');
  expect(String(corruptBody(TEXT, 'truncated'))).toBe('{"name":"ä","');
  expect(() => JSON.parse(String(corruptBody('{}', 'truncated')))).toThrow(SyntaxError);
});

it('a garbage body is invalid UTF-8 of the same length, and the same in every run', () => {
  for (const length of [1, 2, 3, 11, 12, 13, 1000]) {
    const bytes = corruptBody('x'.repeat(length), 'garbage') as Buffer;

    expect(bytes).toHaveLength(length);
    expect(() => UTF8.decode(bytes)).toThrow(TypeError);
    expect(() => JSON.parse(bytes.toString())).toThrow(SyntaxError);
  }
  expect(corruptBody(TEXT, 'garbage')).toEqual(corruptBody(Buffer.from(TEXT), 'garbage'));
});

it.each(['empty', 'truncated', 'garbage'] as const)('an empty body is not changed by `%s`', (how) => {
  expect(corruptBody(undefined, how)).toBeUndefined();
  expect(corruptBody('', how)).toBe('');
});

it('a slow or streamed body is not corrupted', () => {
  const stream = Readable.from([TEXT]);

  expect([corruptBody(TEXT, undefined), corruptBody(TEXT, 'slow')]).toEqual([TEXT, TEXT]);
  expect(corruptBody(stream, 'garbage')).toBe(stream);
  expect(corruptBody(null, 'garbage')).toBeNull();
});

it('corruption does not change the original bytes', () => {
  const stored = Buffer.from(TEXT);
  corruptBody(stored, 'truncated');
  corruptBody(stored, 'garbage');

  expect(stored.toString()).toBe(TEXT);
});

import { describe, expect, it } from 'vitest';
import { essenceOf, isJsonType, isWithinRange } from '../../../src/decisions/responses/media-type.ts';

it.each([
  ['application/json', 'application/json'],
  ['Application/JSON; charset=utf-8', 'application/json'],
  ['  text/plain ;charset=utf-8;x=y', 'text/plain'],
  ['', null],
  [' ; charset=utf-8', null],
  [null, null],
  [undefined, null],
])('the media type of the header %j is %j, without its parameters', (header, essence) => {
  expect(essenceOf(header)).toBe(essence);
});

describe('a JSON media type', () => {
  it.each(['application/json', 'application/problem+json', 'application/vnd.ngc.v1+json'])('includes %s', (type) => {
    expect(isJsonType(type)).toBe(true);
  });

  it.each(['text/json', 'application/json5', 'x-application/json', 'application/+json', 'application/a/b+json'])(
    'does not include %s',
    (type) => {
      expect(isJsonType(type)).toBe(false);
    },
  );
});

describe('a media range', () => {
  it.each(['image/png', 'image/*', '*/*'])('includes `image/png`: %s', (range) => {
    expect(isWithinRange('image/png', range)).toBe(true);
  });

  it.each(['image/jpeg', 'text/*', 'png/*', 'image/', 'image', '*', '/*x', 'image/p'])(
    'does not include `image/png`: %s',
    (range) => {
      expect(isWithinRange('image/png', range)).toBe(false);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { createObject, isOneOf, isRecord, keysOf, memberOf, own } from '../../src/lib/members.ts';

describe('own members', () => {
  it('are found by name', () => {
    expect(own({ on: true, off: false }, 'off')).toBe(false);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'do not include inherited members: %s',
    (name) => {
      expect(own({ on: true }, name)).toBeUndefined();
    },
  );

  it('are undefined without an object', () => {
    expect(own(undefined, 'on')).toBeUndefined();
  });
});

describe('a value of any kind', () => {
  it.each([
    ['an object', {}, true],
    ['a list', [], true],
    ['null', null, false],
    ['a string', 'a', false],
    ['undefined', undefined, false],
  ])('may have members: %s, %s', (_what, value, has) => {
    expect(isRecord(value)).toBe(has);
  });

  it('has a member if it is an object that has the member', () => {
    expect(memberOf({ on: 7 }, 'on')).toBe(7);
    expect(memberOf({ on: 7 }, 'toString')).toBeUndefined();
    expect(memberOf(null, 'on')).toBeUndefined();
    expect(memberOf('text', 'length')).toBeUndefined();
  });
});

it('the keys of a table are the names of its members', () => {
  expect(keysOf({ on: 1, off: 2 })).toEqual(['on', 'off']);
});

it('an object is created from its members', () => {
  expect(
    createObject<{ on: number; off: number }>(
      new Map([
        ['on', 1],
        ['off', 2],
      ]),
    ),
  ).toEqual({ on: 1, off: 2 });
});

it('a word is an entry of a list, or not', () => {
  expect(['on', 'On', ''].map((word) => isOneOf(['on', 'off'], word))).toEqual([true, false, false]);
});

import { describe, expect, it } from 'vitest';
import { createObject, isOneOf, isRecord, keysOf, memberOf, own } from '../../src/objects/members.ts';

describe('members by name', () => {
  it('are found where the object has them', () => {
    expect(own({ on: true, off: false }, 'off')).toBe(false);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('are not those that it inherits: %s', (name) => {
    expect(own({ on: true }, name)).toBeUndefined();
  });

  it('are none where there is no object', () => {
    expect(own(undefined, 'on')).toBeUndefined();
  });
});

describe('of a value of any kind', () => {
  it.each([
    ['an object', {}, true],
    ['a list', [], true],
    ['null', null, false],
    ['a text', 'a', false],
    ['nothing', undefined, false],
  ])('%s may have members: %s', (_what, value, has) => {
    expect(isRecord(value)).toBe(has);
  });

  it('a member is found where it is an object that has it', () => {
    expect(memberOf({ on: 7 }, 'on')).toBe(7);
    expect(memberOf({ on: 7 }, 'toString')).toBeUndefined();
    expect(memberOf(null, 'on')).toBeUndefined();
    expect(memberOf('text', 'length')).toBeUndefined();
  });
});

it('a table has the names of its members', () => {
  expect(keysOf({ on: 1, off: 2 })).toEqual(['on', 'off']);
});

it('an object has the members that it is made of', () => {
  expect(
    createObject<{ on: number; off: number }>(
      new Map([
        ['on', 1],
        ['off', 2],
      ]),
    ),
  ).toEqual({ on: 1, off: 2 });
});

it('a word is one of a list, or not', () => {
  expect(['on', 'On', ''].map((word) => isOneOf(['on', 'off'], word))).toEqual([true, false, false]);
});

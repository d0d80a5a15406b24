import { describe, expect, it } from 'vitest';
import { own } from '../../src/core/own.ts';

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

import { describe, expect, it } from 'vitest';
import { WorldClaims } from '../../src/app/claims.ts';

/** Claims of two worlds: both have the client `bot`, one of them a key. */
function claimed(): WorldClaims {
  const claims = new WorldClaims();
  claims.add('client', 'bot', 'a');
  claims.add('client', 'Bot', 'b');
  claims.add('key', 'abc', 'a');
  return claims;
}

describe('a credential leads to', () => {
  it('every world that has it, whatever the case of a name', () => {
    expect(claimed().of('client', 'BOT')).toEqual(['a', 'b']);
    expect(claimed().of('key', 'abc')).toEqual(['a']);
  });

  it('none as another kind of credential, or where nobody has it', () => {
    expect(claimed().of('key', 'bot')).toEqual([]);
    expect(claimed().of('client', 'constructor')).toEqual([]);
  });

  it('a world no longer once that has lost it', () => {
    const claims = claimed();
    claims.remove('client', 'BOT', 'a');
    claims.remove('client', 'nobody', 'c');

    expect(claims.of('client', 'bot')).toEqual(['b']);
    expect(claims.of('key', 'abc')).toEqual(['a']);
  });

  it('a world no longer once that is gone', () => {
    const claims = claimed();
    claims.drop('a');
    claims.drop('nobody');

    expect(claims.of('client', 'bot')).toEqual(['b']);
    expect(claims.of('key', 'abc')).toEqual([]);
  });
});

it('whether there are claims of keys is known', () => {
  const claims = new WorldClaims();
  claims.add('client', 'bot', 'a');
  expect(claims.hasKeys).toBe(false);

  claims.add('key', 'abc', 'a');
  expect(claims.hasKeys).toBe(true);

  claims.drop('a');
  expect(claims.hasKeys).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { CredentialIndex } from '../../src/worlds/credential-index.ts';

/** Claims of two worlds: both have the client `bot`, one of them a key. */
function claimed(): CredentialIndex {
  const claims = new CredentialIndex();
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
  const claims = new CredentialIndex();
  claims.add('client', 'bot', 'a');
  expect(claims.hasKeys).toBe(false);

  claims.add('key', 'abc', 'a');
  expect(claims.hasKeys).toBe(true);

  claims.drop('a');
  expect(claims.hasKeys).toBe(false);
});

describe('a world with the clients of its seed', () => {
  const clients = { ids: ['Bot', 'ci-7'], names: ['deployer'] };
  const seeded = () => {
    const claims = new CredentialIndex();
    claims.addSeeded(clients, 'a');
    claims.addSeeded(clients, 'b-1');
    return claims;
  };

  it('has them with its id at the end, and names as they are', () => {
    const claims = seeded();

    expect(claims.of('client', 'bot-a')).toEqual(['a']);
    expect(claims.of('client', 'CI-7-b-1')).toEqual(['b-1']);
    expect(claims.of('client', 'Deployer')).toEqual(['a', 'b-1']);
    for (const other of ['bot', 'bot-1', 'other-a', '-a', 'a', 'deployer-a'])
      expect(claims.of('client', other)).toEqual([]);
    expect(claims.of('key', 'bot-a')).toEqual([]);
  });

  it('has all others once it has lost one', () => {
    const claims = seeded();
    claims.remove('client', 'bot-a', 'a');

    expect(claims.of('client', 'bot-a')).toEqual([]);
    expect(claims.of('client', 'ci-7-a')).toEqual(['a']);
    expect(claims.of('client', 'deployer')).toEqual(['a', 'b-1']);
    expect(claims.of('client', 'bot-b-1')).toEqual(['b-1']);
  });

  it('has none once it is gone, and leaves none to the default world', () => {
    const claims = seeded();
    claims.add('client', 'bot-a', 'default');
    expect(claims.of('client', 'bot-a')).toEqual(['default', 'a']);
    claims.drop('a');

    expect(claims.of('client', 'bot-a')).toEqual([]);
    expect(claims.of('client', 'deployer')).toEqual(['b-1']);
    claims.drop('b-1');
    expect(claims.of('client', 'deployer')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { CredentialIndex } from '../../src/worlds/credential-index.ts';

/** Creates an index of two worlds: both have the client `bot`, and the first has a key. */
function createIndex(): CredentialIndex {
  const index = new CredentialIndex();
  index.add('client', 'bot', 'a');
  index.add('client', 'Bot', 'b');
  index.add('key', 'abc', 'a');
  return index;
}

describe('a credential is found in', () => {
  it('every world that has it, regardless of case', () => {
    expect(createIndex().of('client', 'BOT')).toEqual(['a', 'b']);
    expect(createIndex().of('key', 'abc')).toEqual(['a']);
  });

  it('no world as another kind of credential or if it is unknown', () => {
    expect(createIndex().of('key', 'bot')).toEqual([]);
    expect(createIndex().of('client', 'constructor')).toEqual([]);
  });

  it('no world from which it was removed', () => {
    const index = createIndex();
    index.remove('client', 'BOT', 'a');
    index.remove('client', 'nobody', 'c');

    expect(index.of('client', 'bot')).toEqual(['b']);
    expect(index.of('key', 'abc')).toEqual(['a']);
  });

  it('no world that was dropped', () => {
    const index = createIndex();
    index.drop('a');
    index.drop('nobody');

    expect(index.of('client', 'bot')).toEqual(['b']);
    expect(index.of('key', 'abc')).toEqual([]);
  });
});

it('`hasKeys` is true while a world has keys', () => {
  const index = new CredentialIndex();
  index.add('client', 'bot', 'a');
  expect(index.hasKeys).toBe(false);

  index.add('key', 'abc', 'a');
  expect(index.hasKeys).toBe(true);

  index.drop('a');
  expect(index.hasKeys).toBe(false);
});

describe('a world with the clients of its seed', () => {
  const clients = { ids: ['Bot', 'ci-7'], names: ['deployer'] };
  const createSeededIndex = () => {
    const index = new CredentialIndex();
    index.addSeeded(clients, 'a');
    index.addSeeded(clients, 'b-1');
    return index;
  };

  it('has client ids with its id as suffix, and names unchanged', () => {
    const index = createSeededIndex();

    expect(index.of('client', 'bot-a')).toEqual(['a']);
    expect(index.of('client', 'CI-7-b-1')).toEqual(['b-1']);
    expect(index.of('client', 'Deployer')).toEqual(['a', 'b-1']);
    for (const unknown of ['bot', 'bot-1', 'other-a', '-a', 'a', 'deployer-a'])
      expect(index.of('client', unknown)).toEqual([]);
    expect(index.of('key', 'bot-a')).toEqual([]);
  });

  it('keeps the other clients when a client is removed', () => {
    const index = createSeededIndex();
    index.remove('client', 'bot-a', 'a');

    expect(index.of('client', 'bot-a')).toEqual([]);
    expect(index.of('client', 'ci-7-a')).toEqual(['a']);
    expect(index.of('client', 'deployer')).toEqual(['a', 'b-1']);
    expect(index.of('client', 'bot-b-1')).toEqual(['b-1']);
  });

  it('has no clients when it is dropped, and the default world has none of them', () => {
    const index = createSeededIndex();
    index.add('client', 'bot-a', 'default');
    expect(index.of('client', 'bot-a')).toEqual(['default', 'a']);
    index.drop('a');

    expect(index.of('client', 'bot-a')).toEqual([]);
    expect(index.of('client', 'deployer')).toEqual(['b-1']);
    index.drop('b-1');
    expect(index.of('client', 'deployer')).toEqual([]);
  });
});

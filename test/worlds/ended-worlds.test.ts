import { describe, expect, it } from 'vitest';
import { grantMarkOf, keyMarkOf } from '../../src/credentials/world-mark.ts';
import { EndedWorlds } from '../../src/worlds/ended-worlds.ts';

/** The latest that are gone are remembered. */
const MAX_REMEMBERED = 10_000;

function traces({ begun = [], ended = [] }: { readonly begun?: string[]; readonly ended?: string[] }): EndedWorlds {
  const all = new EndedWorlds();
  for (const id of begun) all.noteCreated(id);
  for (const id of ended) all.noteEnded(id);
  return all;
}

describe('a mark leads to', () => {
  it('the world that it is of, from its beginning, and when it is gone', () => {
    expect(traces({}).worldsOfMark(keyMarkOf('red'))).toEqual([]);
    expect(traces({ begun: ['red'] }).worldsOfMark(keyMarkOf('red'))).toEqual(['red']);
    expect(traces({ begun: ['red'], ended: ['red'] }).worldsOfMark(keyMarkOf('red'))).toEqual(['red']);
  });

  it('the default world only where it is that of a grant, because its keys have none', () => {
    expect(traces({}).worldsOfMark(grantMarkOf('default'))).toEqual(['default']);
    expect(traces({}).worldsOfMark(keyMarkOf('default'))).toEqual([]);
  });
});

describe('a client id leads to', () => {
  it('the world that is gone whose id it ends with, whatever that contains', () => {
    const all = traces({ ended: ['red', 'dark-blue'] });

    expect(all.worldsOfClientId('robot-red')).toEqual(['red']);
    expect(all.worldsOfClientId('my-robot-dark-blue')).toEqual(['dark-blue']);
    expect(all.worldsOfClientId('robot-blue')).toEqual([]);
    expect(all.worldsOfClientId('red')).toEqual([]);
  });

  it('none that exists, or exists again', () => {
    const all = traces({ begun: ['red'], ended: ['blue'] });
    all.noteCreated('blue');

    expect(all.worldsOfClientId('robot-red')).toEqual([]);
    expect(all.worldsOfClientId('robot-blue')).toEqual([]);
  });
});

describe('a world is gone', () => {
  it('from its end until there is another of its id', () => {
    const all = traces({ begun: ['red'] });
    expect(all.hasEnded('red')).toBe(false);
    all.noteEnded('red');
    expect(all.hasEnded('red')).toBe(true);
    all.noteCreated('red');
    expect(all.hasEnded('red')).toBe(false);
  });

  it('as long as it is among the latest 10,000', () => {
    const ids = Array.from({ length: MAX_REMEMBERED }, (_, number) => `world-${number}`);
    const all = traces({ begun: ids, ended: ids });
    expect(all.hasEnded('world-0')).toBe(true);
    all.noteEnded('one-more');

    expect(['world-0', 'world-1', 'one-more'].map((id) => all.hasEnded(id))).toEqual([false, true, true]);
    expect(all.worldsOfMark(keyMarkOf('world-0'))).toEqual([]);
    expect(all.worldsOfMark(keyMarkOf('world-1'))).toEqual(['world-1']);
  });
});

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
    expect(traces({}).ofMark(keyMarkOf('red'))).toEqual([]);
    expect(traces({ begun: ['red'] }).ofMark(keyMarkOf('red'))).toEqual(['red']);
    expect(traces({ begun: ['red'], ended: ['red'] }).ofMark(keyMarkOf('red'))).toEqual(['red']);
  });

  it('the default world only where it is that of a grant, because its keys have none', () => {
    expect(traces({}).ofMark(grantMarkOf('default'))).toEqual(['default']);
    expect(traces({}).ofMark(keyMarkOf('default'))).toEqual([]);
  });
});

describe('a client id leads to', () => {
  it('the world that is gone whose id it ends with, whatever that contains', () => {
    const all = traces({ ended: ['red', 'dark-blue'] });

    expect(all.endedWorldByClientId('robot-red')).toEqual(['red']);
    expect(all.endedWorldByClientId('my-robot-dark-blue')).toEqual(['dark-blue']);
    expect(all.endedWorldByClientId('robot-blue')).toEqual([]);
    expect(all.endedWorldByClientId('red')).toEqual([]);
  });

  it('none that exists, or exists again', () => {
    const all = traces({ begun: ['red'], ended: ['blue'] });
    all.noteCreated('blue');

    expect(all.endedWorldByClientId('robot-red')).toEqual([]);
    expect(all.endedWorldByClientId('robot-blue')).toEqual([]);
  });
});

describe('a world is gone', () => {
  it('from its end until there is another of its id', () => {
    const all = traces({ begun: ['red'] });
    expect(all.isGone('red')).toBe(false);
    all.noteEnded('red');
    expect(all.isGone('red')).toBe(true);
    all.noteCreated('red');
    expect(all.isGone('red')).toBe(false);
  });

  it('as long as it is among the latest 10,000', () => {
    const ids = Array.from({ length: MAX_REMEMBERED }, (_, number) => `world-${number}`);
    const all = traces({ begun: ids, ended: ids });
    expect(all.isGone('world-0')).toBe(true);
    all.noteEnded('one-more');

    expect(['world-0', 'world-1', 'one-more'].map((id) => all.isGone(id))).toEqual([false, true, true]);
    expect(all.ofMark(keyMarkOf('world-0'))).toEqual([]);
    expect(all.ofMark(keyMarkOf('world-1'))).toEqual(['world-1']);
  });
});

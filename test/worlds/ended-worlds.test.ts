import { describe, expect, it } from 'vitest';
import { grantMarkOf, keyMarkOf } from '../../src/tokens/world-mark.ts';
import { EndedWorlds } from '../../src/worlds/ended-worlds.ts';

/** The limit of ended worlds that are remembered. */
const MAX_REMEMBERED = 10_000;

function createEndedWorlds({
  created = [],
  ended = [],
}: {
  readonly created?: string[];
  readonly ended?: string[];
}): EndedWorlds {
  const all = new EndedWorlds();
  for (const id of created) all.noteCreated(id);
  for (const id of ended) all.noteEnded(id);
  return all;
}

describe('the mark of a credential leads to', () => {
  it('its world from its creation on, and after its end', () => {
    expect(createEndedWorlds({}).worldsOfMark(keyMarkOf('red'))).toEqual([]);
    expect(createEndedWorlds({ created: ['red'] }).worldsOfMark(keyMarkOf('red'))).toEqual(['red']);
    expect(createEndedWorlds({ created: ['red'], ended: ['red'] }).worldsOfMark(keyMarkOf('red'))).toEqual(['red']);
  });

  it('the default world only for a grant, because its keys have no mark', () => {
    expect(createEndedWorlds({}).worldsOfMark(grantMarkOf('default'))).toEqual(['default']);
    expect(createEndedWorlds({}).worldsOfMark(keyMarkOf('default'))).toEqual([]);
  });
});

describe('a client id leads to', () => {
  it('the ended world with the id that is its suffix', () => {
    const all = createEndedWorlds({ ended: ['red', 'dark-blue'] });

    expect(all.worldsOfClientId('robot-red')).toEqual(['red']);
    expect(all.worldsOfClientId('my-robot-dark-blue')).toEqual(['dark-blue']);
    expect(all.worldsOfClientId('robot-blue')).toEqual([]);
    expect(all.worldsOfClientId('red')).toEqual([]);
  });

  it('no world that exists, or exists again', () => {
    const all = createEndedWorlds({ created: ['red'], ended: ['blue'] });
    all.noteCreated('blue');

    expect(all.worldsOfClientId('robot-red')).toEqual([]);
    expect(all.worldsOfClientId('robot-blue')).toEqual([]);
  });
});

describe('a world has ended', () => {
  it('from its end until its id is created again', () => {
    const all = createEndedWorlds({ created: ['red'] });
    expect(all.hasEnded('red')).toBe(false);
    all.noteEnded('red');
    expect(all.hasEnded('red')).toBe(true);
    all.noteCreated('red');
    expect(all.hasEnded('red')).toBe(false);
  });

  it('while it is among the latest 10,000 ended worlds', () => {
    const ids = Array.from({ length: MAX_REMEMBERED }, (_, number) => `world-${number}`);
    const all = createEndedWorlds({ created: ids, ended: ids });
    expect(all.hasEnded('world-0')).toBe(true);
    all.noteEnded('one-more');

    expect(['world-0', 'world-1', 'one-more'].map((id) => all.hasEnded(id))).toEqual([false, true, true]);
    expect(all.worldsOfMark(keyMarkOf('world-0'))).toEqual([]);
    expect(all.worldsOfMark(keyMarkOf('world-1'))).toEqual(['world-1']);
  });
});

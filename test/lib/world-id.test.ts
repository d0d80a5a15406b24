import { describe, expect, it } from 'vitest';
import {
  addWorldToClientId,
  addWorldToName,
  DEFAULT_WORLD,
  findWorldIdError,
  formatWorldForLog,
  isWorldId,
  RESERVED_WORLD_IDS,
  WORLD_ID_FORM,
  worldOfName,
  worldPathOf,
} from '../../src/lib/world-id.ts';

describe('the id of a world', () => {
  it.each(['a', '0', 'team-a', 'a'.repeat(32), 'a--b'])('may be `%s`', (id) => {
    expect(isWorldId(id)).toBe(true);
  });

  it.each(['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a'.repeat(33), 'ä', 'a\n'])('may not be `%s`', (id) => {
    expect(isWorldId(id)).toBe(false);
  });

  it.each(RESERVED_WORLD_IDS)('may be `%s` in old data, but not for a new world', (id) => {
    expect(isWorldId(id)).toBe(true);
    expect(findWorldIdError(id)).toContain('host names of a service start with it');
  });

  it('is valid for a new world', () => {
    expect(findWorldIdError('team-a')).toBeNull();
  });

  it('is repeated in the error, truncated if it is long', () => {
    expect(findWorldIdError('Team A')).toBe(`must be ${WORLD_ID_FORM}; it is \`Team A\``);
    expect(findWorldIdError('A'.repeat(1000))).toBe(`must be ${WORLD_ID_FORM}; it is \`${'A'.repeat(64)}\``);
  });

  it('has a form that the error describes', () => {
    expect(WORLD_ID_FORM).toContain('1 to 32 characters');
  });
});

describe('in a world', () => {
  it('paths start with its prefix', () => {
    expect(worldPathOf('team-a')).toBe('/w/team-a');
  });

  it('names end with its id and are resolved to it', () => {
    expect(addWorldToName('session.1', 'team-a')).toBe('session.1.team-a');
    expect(worldOfName('session.1.team-a')).toBe('team-a');
    expect(worldOfName('session')).toBe(DEFAULT_WORLD);
  });

  it('client ids end with its id', () => {
    expect(addWorldToClientId('bot', 'team-a')).toBe('bot-team-a');
  });

  it('log lines contain its id', () => {
    expect(formatWorldForLog('team-a')).toBe(' [world team-a]');
  });

  it('that is the default world, names and log lines are unchanged', () => {
    expect([
      addWorldToName('session', DEFAULT_WORLD),
      addWorldToClientId('bot', DEFAULT_WORLD),
      formatWorldForLog(DEFAULT_WORLD),
    ]).toEqual(['session', 'bot', '']);
  });
});

import { describe, expect, it } from 'vitest';
import {
  addWorldToClientId,
  addWorldToName,
  DEFAULT_WORLD,
  findWorldIdError,
  formatWorldForLog,
  isWorldId,
  WORLD_ID_FORM,
  worldOfName,
  worldPathOf,
} from '../../src/addresses/world-id.ts';

describe('the id of a world', () => {
  it.each(['a', '0', 'team-a', 'a'.repeat(32), 'a--b'])('may be `%s`', (id) => {
    expect(isWorldId(id)).toBe(true);
  });

  it.each(['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a'.repeat(33), 'ä', 'a\n'])('may not be `%s`', (id) => {
    expect(isWorldId(id)).toBe(false);
  });

  it.each(['api-keys', 'llm'])('may be `%s` in old data, but no new world gets it', (id) => {
    expect(isWorldId(id)).toBe(true);
    expect(findWorldIdError(id)).toContain('host names of a service start with it');
  });

  it('is right where a world can be made with it', () => {
    expect(findWorldIdError('team-a')).toBeNull();
  });

  it('is told as it was given, and cut where it is long', () => {
    expect(findWorldIdError('Team A')).toBe(`must be ${WORLD_ID_FORM}; it is \`Team A\``);
    expect(findWorldIdError('A'.repeat(1000))).toBe(`must be ${WORLD_ID_FORM}; it is \`${'A'.repeat(64)}\``);
  });

  it('is told how it has to look', () => {
    expect(WORLD_ID_FORM).toContain('1 to 32 characters');
  });
});

describe('in a world', () => {
  it('everything is below its path', () => {
    expect(worldPathOf('team-a')).toBe('/w/team-a');
  });

  it('names end with it, and lead back to it', () => {
    expect(addWorldToName('session.1', 'team-a')).toBe('session.1.team-a');
    expect(worldOfName('session.1.team-a')).toBe('team-a');
    expect(worldOfName('session')).toBe(DEFAULT_WORLD);
  });

  it('client ids are those of no other', () => {
    expect(addWorldToClientId('bot', 'team-a')).toBe('bot-team-a');
  });

  it('lines of the log say so', () => {
    expect(formatWorldForLog('team-a')).toBe(' [world team-a]');
  });

  it('that a server begins with, everything is as it was given', () => {
    expect([
      addWorldToName('session', DEFAULT_WORLD),
      addWorldToClientId('bot', DEFAULT_WORLD),
      formatWorldForLog(DEFAULT_WORLD),
    ]).toEqual(['session', 'bot', '']);
  });
});

import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { convertToZone, parseInZone } from '../src/parts/time.ts';
import { zone } from '../src/preferences.ts';
import { collectNames, describeEvent, describeMove } from '../src/views/clock/event-text.ts';

const now = '2030-01-15T12:00:00Z';
const EDIT = { at: now, kind: 'policy.effective', keyId: 'key-1', version: 2 } as const;
const NAMES = collectNames(
  [{ id: 'key-1', name: 'deployer' }],
  [{ principal: { id: 'u', name: 'ann', kind: 'user' } }],
);

describe('the clock', () => {
  it.each([
    [EDIT, 'version 2 of deployer takes effect'],
    [{ kind: 'key.expired', keyId: 'a-key' }, 'key a-key expires'],
    [{ kind: 'access-token.expired', subject: 'u' }, 'access token of ann expires'],
    [{ kind: 'simulation.arrived', name: 'leaf', state: 'ACTIVE' }, 'simulation leaf is ACTIVE'],
    [{ kind: 'disk.full', size: 3, more: {} }, 'disk full 3'],
  ])('describes an event with the name of its subject: %j', (event, text) => {
    expect(describeEvent({ at: now, ...event } as typeof EDIT, NAMES)).toBe(text);
  });

  it.each([
    [0, null, 'It is 2030-01-15 12:00:00. Nothing happened meanwhile.'],
    [1, null, '. Meanwhile: version 2 of deployer takes effect.'],
    [5, 'Full.', /(version 2 of deployer takes effect(; |, )){3}and 2 more\. This cannot be undone: Full\.$/],
  ])('describes a move over %i events', (count, cannotUndo, text) => {
    expect(describeMove({ now, events: Array(count).fill(EDIT), cannotUndo }, NAMES)).toMatch(text);
  });

  it.each([
    ['utc', '2030-01-15T12:00', '2030-01-15T12:00:00.000Z'],
    ['local', '2030-01-15T12:00:30', '2030-01-15T03:00:30.000Z'],
  ] as const)('reads a field in the chosen zone: %s', (chosen, text, at) => {
    vi.stubEnv('TZ', 'Asia/Tokyo');
    zone.set(chosen);
    onTestFinished(() => void vi.unstubAllEnvs());

    expect(parseInZone(text)).toBe(at);
    expect(convertToZone(at)).toContain(text);
  });
});

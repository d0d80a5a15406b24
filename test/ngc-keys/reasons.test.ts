/** Why keys are not accepted, and what to do about it. */
import { describe, expect, it } from 'vitest';
import { KEY_REASONS } from '../../src/ngc-keys/reasons.ts';
import { KEY_REMEDIES } from '../../src/ngc-keys/remedies.ts';
import { ALL_REASONS } from '../../src/services/index.ts';

describe('each reason that a key is not accepted for', () => {
  it('has a remedy, which names what is there', () => {
    expect(Object.keys(KEY_REMEDIES).sort()).toEqual(Object.keys(KEY_REASONS).sort());
    for (const { text } of Object.values(KEY_REMEDIES)) expect(text).toMatch(/`[^`]+`/);
  });

  it('is one of the reasons of the server, and found before anything is decided', () => {
    expect(ALL_REASONS).toMatchObject(KEY_REASONS);
    expect(new Set(Object.values(KEY_REASONS).map(({ stage }) => stage))).toEqual(new Set(['authenticate']));
    expect(KEY_REASONS).toHaveProperty('unknown_key.unknown', 'key');
  });
});

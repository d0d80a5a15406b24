/** Reasons to reject a key, and their remedies. */
import { describe, expect, it } from 'vitest';
import { ALL_REASONS } from '../../../src/services/index.ts';
import { KEY_REASONS } from '../../../src/services/ngc-keys/reasons.ts';
import { KEY_REMEDIES } from '../../../src/services/ngc-keys/remedies.ts';

describe('each reason to reject a key', () => {
  it('has a remedy with a command or a field', () => {
    expect(Object.keys(KEY_REMEDIES).sort()).toEqual(Object.keys(KEY_REASONS).sort());
    for (const { text } of Object.values(KEY_REMEDIES)) expect(text).toMatch(/`[^`]+`/);
  });

  it('is a reason of the server in the stage `authenticate`', () => {
    expect(ALL_REASONS).toMatchObject(KEY_REASONS);
    expect(new Set(Object.values(KEY_REASONS).map(({ stage }) => stage))).toEqual(new Set(['authenticate']));
  });
});

it('the reason `unknown_key` is about a key that the server does not know', () => {
  expect(KEY_REASONS).toHaveProperty('unknown_key.unknown', 'key');
});

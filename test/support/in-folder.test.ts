import { existsSync } from 'node:fs';
import { describe, expect, onTestFinished } from 'vitest';
import { it } from './in-folder.ts';

describe('the folder of a test', () => {
  let used = '';
  let whenFinished: boolean | null = null;

  it('exists while the test runs', ({ folder }) => {
    used = folder;
    onTestFinished(() => {
      whenFinished = existsSync(folder);
    });
    expect(existsSync(folder)).toBe(true);
  });

  it('is removed after the `onTestFinished` hooks of the test', () => {
    expect([whenFinished, existsSync(used)]).toEqual([true, false]);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source-files.ts';

const [, PROMISED = ''] =
  /## What it promises\n([\s\S]*?)\n## /.exec(readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')) ?? [];
const PROMISES = PROMISED.split('\n- ')
  .slice(1)
  .map((text) => ({ promise: /\*\*(.+?)\*\*/.exec(text)?.[1] ?? text, text }));

describe('what SECURITY.md promises', () => {
  it('is found in it', () => {
    expect(PROMISES.length).toBeGreaterThan(5);
  });

  it.each(PROMISES)('is shown by tests: $promise', ({ text }) => {
    const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);

    expect(named).not.toEqual([]);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

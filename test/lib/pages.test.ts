import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { escapeHtml, escapeWithCode, PAGE_CSS } from '../../src/lib/pages.ts';
import { ROOT } from '../package/architecture/source-files.ts';

const coloursIn = (style: string) =>
  Object.fromEntries([...style.matchAll(/(--[a-z]+): (light-dark[^;]+);/g)].map(([, name, value]) => [name, value]));

it('the pages of the server have the colours of the console', () => {
  const ofConsole = coloursIn(readFileSync(join(ROOT, 'console/src/frame/frame.css'), 'utf8'));

  expect(coloursIn(PAGE_CSS)).toEqual(ofConsole);
  expect(Object.keys(ofConsole).length).toBeGreaterThan(5);
});

describe('escaped text in HTML', () => {
  it('closes neither an element nor an attribute', () => {
    expect(escapeHtml(`a & b <i>"c"</i> 'd'`)).toBe('a &amp; b &lt;i&gt;&quot;c&quot;&lt;/i&gt; &#39;d&#39;');
  });

  it('is code between backticks', () => {
    expect(escapeWithCode('needs `a<b`, or `c`')).toBe('needs <code>a&lt;b</code>, or <code>c</code>');
    expect(escapeWithCode('a ` alone')).toBe('a ` alone');
  });
});

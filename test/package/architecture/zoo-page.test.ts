import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { VERDICTS, type ZooVerdict } from '../../../src/tokens/zoo/verdicts.ts';
import { ROOT } from './source-files.ts';

const WORDS = { accept: 'accept', reject: 'refuse', depends: 'either' } as const;
const ONLY = {
  audience: ' (with an audience)',
  'no-audience': ' (without an audience)',
  RS256: ' (RS256)',
  ES256: ' (ES256)',
} as const;

it('docs/how-to/testing-verifiers.md lists every token of the zoo with its verdict', () => {
  const page = readFileSync(join(ROOT, 'docs/how-to/testing-verifiers.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| `[\w-]+`[^|]* \| \**(accept|refuse|either)/.test(line));
  const verdicts: [string, ZooVerdict][] = Object.entries(VERDICTS);

  expect(rows).toEqual(
    verdicts.map(([name, { verdict, must, why, source, only }]) => {
      const word = must ? `**${WORDS[verdict]}**` : WORDS[verdict];
      return `| \`${name}\`${only === undefined ? '' : ONLY[only]} | ${word} | ${why} | ${source} |`;
    }),
  );
});

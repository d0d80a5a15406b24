import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { VERDICTS, type ZooVerdict } from '../../../src/tokens/zoo/verdicts.ts';
import { ROOT } from './source-files.ts';

const ONLY = {
  audience: ' (with an audience)',
  'no-audience': ' (without an audience)',
  RS256: ' (RS256)',
  ES256: ' (ES256)',
} as const;

it('docs/how-to/testing-verifiers.md lists every token of the zoo by its verdict', () => {
  const verdicts: [string, ZooVerdict][] = Object.entries(VERDICTS);
  const createRow = (verdict: ZooVerdict['verdict'], must: boolean) => {
    const names = verdicts
      .filter(([, token]) => token.verdict === verdict && token.must === must)
      .map(([name, { only }]) => `\`${name}\`${only === undefined ? '' : ONLY[only]}`);
    return `| \`${verdict}\` | ${must ? 'yes' : 'no'} | ${names.join(', ')} |`;
  };
  const table = `| \`verdict\` | \`must\` | tokens |
| --- | --- | --- |
${createRow('accept', true)}
${createRow('reject', true)}
${createRow('reject', false)}
${createRow('depends', false)}
`;

  expect(readFileSync(join(ROOT, 'docs/how-to/testing-verifiers.md'), 'utf8')).toContain(table);
  expect(verdicts.filter(([name]) => !table.includes(`\`${name}\``))).toEqual([]);
});

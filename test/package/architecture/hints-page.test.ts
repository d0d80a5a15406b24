import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GENERAL_HINTS } from '../../../src/decisions/explaining/hints/index.ts';
import { RENEWED_TOO_EARLY } from '../../../src/decisions/explaining/hints/tokens.ts';
import { NOTED_CODES } from '../../../src/journal/request-hints.ts';
import { SERVICES } from '../../support/services.ts';
import { ROOT } from './source-files.ts';

const RULES = new Set([
  ...GENERAL_HINTS,
  ...SERVICES.flatMap(({ decisionHelp: { hints = [] } = {} }) => hints),
  RENEWED_TOO_EARLY,
]);

it('docs/reference/why-was-i-refused.md lists exactly the existing hints, each once', () => {
  const [, page = ''] = readFileSync(join(ROOT, 'docs/reference/why-was-i-refused.md'), 'utf8').split('\n## Hints\n');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, code = '', symptom]) => [code, symptom]);
  const noted: readonly unknown[] = NOTED_CODES;

  expect(rows.filter(([code]) => !noted.includes(code)).sort()).toEqual(
    [...RULES].map(({ code, symptom }) => [code, symptom]).sort(),
  );
  expect(rows.flatMap(([code]) => (noted.includes(code) ? code : [])).sort()).toEqual([...NOTED_CODES]);
});

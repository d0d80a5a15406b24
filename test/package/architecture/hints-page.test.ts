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

it('docs/reference/hints.md lists exactly the existing hints, each once', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/hints.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (.*) \| (.*) \|$/gm)].map(([, code = '', sign, cure]) => [
    code,
    { sign, cure },
  ]);
  const noted: readonly unknown[] = NOTED_CODES;

  expect(rows.filter(([code]) => !noted.includes(code)).sort()).toEqual(
    [...RULES].map(({ code, symptom: sign, advice: cure }) => [code, { sign, cure }]).sort(),
  );
  expect(rows.flatMap(([code]) => (noted.includes(code) ? code : [])).sort()).toEqual([...NOTED_CODES]);
});

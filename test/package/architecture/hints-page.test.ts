import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GENERAL_HINTS } from '../../../src/decisions/explaining/hints/index.ts';
import { RENEWED_TOO_EARLY } from '../../../src/decisions/explaining/hints/tokens.ts';
import { NOTED_CODES } from '../../../src/journal/request-hints.ts';
import { SERVICES } from '../../support/services.ts';
import { ROOT } from './source-files.ts';

/** Lists every hint with its service, or null for all services. */
function listHints() {
  const own = SERVICES.flatMap(({ name, decisionHelp: { hints = [] } = {} }) =>
    hints.map((rule) => ({ rule, service: name })),
  );
  const rules = [...GENERAL_HINTS.map((rule) => ({ rule, service: null })), ...own];
  const early = { rule: RENEWED_TOO_EARLY, service: null };
  return [...rules, early];
}

it('docs/reference/hints.md lists exactly the existing hints, each once', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/hints.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (.*) \| (.*) \|$/gm)].map(([, code, sign, cure]) => [
    code,
    { sign, cure },
  ]);

  const reported = listHints().map(({ rule: { code, symptom: sign, advice: cure } }) => [code, { sign, cure }]);
  const noted: readonly unknown[] = NOTED_CODES;
  const ofRules = rows.filter(([code]) => !noted.includes(code));
  expect(Object.fromEntries(ofRules)).toEqual(Object.fromEntries(reported));
  expect(
    rows
      .map(([code]) => code)
      .filter((code) => noted.includes(code))
      .toSorted(),
  ).toEqual([...NOTED_CODES]);
  expect(rows).toHaveLength(Object.keys(Object.fromEntries(rows)).length);
});

it('every hint has a unique code', () => {
  const codes = new Map<string, unknown>();
  for (const { rule } of listHints()) {
    expect(codes.get(rule.code) ?? rule, rule.code).toBe(rule);
    codes.set(rule.code, rule);
  }
});

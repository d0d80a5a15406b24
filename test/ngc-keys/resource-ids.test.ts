import { describe, expect, it } from 'vitest';
import type { ResourceTypeRow } from '../../src/decisions/rule.ts';
import { explainIgnoredIds, isReadable, showIds } from '../../src/ngc-keys/resource-ids.ts';
import { TOY_TABLES } from '../decisions/toy-law.ts';

const TYPES: readonly ResourceTypeRow[] = TOY_TABLES.resourceTypes;
const [, toy, parts, lent] = TYPES as [ResourceTypeRow, ResourceTypeRow, ResourceTypeRow, ResourceTypeRow];
const bare: ResourceTypeRow = { ...toy, id: 'game', encoding: { type: 'game', isBare: true } };
const F = 'ffffffff-ffff-4fff-8fff-ffffffffffff';

it.each([
  ['all of an object', toy, `${F}/*`, true],
  ['an object alone', toy, F, false],
  ['an object alone, where the vendor writes it so', bare, F, true],
  ['all of an object, where the vendor writes it alone', bare, `${F}/*`, false],
  ['a part', parts, `${F}/${F}`, true],
  ['a part, where objects are named', toy, `${F}/${F}`, false],
  ['the id of a type that names no objects', lent, '*', true],
  ['another id of such a type', lent, F, false],
  ['a longer id', toy, `x${F}/*`, false],
])('the vendor reads %s', (_what, row, id, is) => {
  expect(isReadable(id, row)).toBe(is);
});

describe('an id without effect', () => {
  const FORMS = 'ids of type `toy` have the form `<toyId>/*` or `<toyId>/<partId>`, with UUIDs.';

  it.each([
    ['toy', F, `${FORMS} Did you mean \`${F}/*\`?`],
    ['toy', `${F}/*/`, `${FORMS} Did you mean \`${F}/*\`?`],
    ['toy-parts', `${F}/${F}/*`, `${FORMS} Did you mean \`${F}/${F}\`?`],
    ['toy', '/*/', FORMS],
    ['toy', `*/${F}`, FORMS],
    ['game', `${F}/*`, `ids of type \`game\` have the form \`<toyId>\`, with UUIDs. Did you mean \`${F}\`?`],
    ['lent-toys', 'x', 'ids of type `lent` have the form `*`. Did you mean `*`?'],
  ])('of %s is explained: %s', (type, id, words) => {
    expect(explainIgnoredIds(type, [id], [...TYPES, bare])).toBe(words);
  });

  it('is cut and redacted where it is shown, and of many only some are', () => {
    expect(showIds(['i'.repeat(999)])).toBe(`\`${'i'.repeat(100)}\``);
    expect(showIds([`nvapi-${'a'.repeat(64)}`])).toBe('`nvapi-...`');
    expect(showIds(Array.from({ length: 20 }, (_, index) => `${index}`))).toMatch(/^`0`, .*`7` and 12 more$/);
  });
});

import { describe, expect, it } from 'vitest';
import type { ResourceTypeRow } from '../../../src/decisions/rule.ts';
import { explainIgnoredIds, isReadable, showIds } from '../../../src/services/ngc-keys/resource-ids.ts';
import { TOY_TABLES } from '../../decisions/toy-law.ts';

const TYPES: readonly ResourceTypeRow[] = TOY_TABLES.resourceTypes;
const [, toy, parts, lent] = TYPES as [ResourceTypeRow, ResourceTypeRow, ResourceTypeRow, ResourceTypeRow];
const bareType: ResourceTypeRow = { ...toy, id: 'game', encoding: { type: 'game', isBare: true } };
const UUID = 'ffffffff-ffff-4fff-8fff-ffffffffffff';

it.each([
  ['a whole object', toy, `${UUID}/*`, true],
  ['an object without a suffix', toy, UUID, false],
  ['an object without a suffix, where the format has none', bareType, UUID, true],
  ['a whole object, where the format has no suffix', bareType, `${UUID}/*`, false],
  ['a part', parts, `${UUID}/${UUID}`, true],
  ['a part, where the type has objects', toy, `${UUID}/${UUID}`, false],
  ['the fixed id of a type without ids', lent, '*', true],
  ['another id of a type without ids', lent, UUID, false],
  ['an id with an extra character', toy, `x${UUID}/*`, false],
])('isReadable checks %s', (_what, row, id, expected) => {
  expect(isReadable(id, row)).toBe(expected);
});

describe('an id without effect', () => {
  const FORMS = 'ids of type `toy` have the form `<toyId>/*` or `<toyId>/<partId>`, with UUIDs.';

  it.each([
    ['toy', UUID, `${FORMS} Did you mean \`${UUID}/*\`?`],
    ['toy', `${UUID}/*/`, `${FORMS} Did you mean \`${UUID}/*\`?`],
    ['toy-parts', `${UUID}/${UUID}/*`, `${FORMS} Did you mean \`${UUID}/${UUID}\`?`],
    ['toy', '/*/', FORMS],
    ['toy', `*/${UUID}`, FORMS],
    ['game', `${UUID}/*`, `ids of type \`game\` have the form \`<toyId>\`, with UUIDs. Did you mean \`${UUID}\`?`],
    ['lent-toys', 'x', 'ids of type `lent` have the form `*`. Did you mean `*`?'],
  ])('of the type %s is explained: %s', (type, id, words) => {
    expect(explainIgnoredIds(type, [id], [...TYPES, bareType])).toBe(words);
  });

  it('is truncated and redacted, and long lists are shortened', () => {
    expect(showIds(['i'.repeat(999)])).toBe(`\`${'i'.repeat(100)}\``);
    expect(showIds([`nvapi-${'a'.repeat(64)}`])).toBe('`nvapi-...`');
    expect(showIds(Array.from({ length: 20 }, (_, index) => `${index}`))).toMatch(/^`0`, .*`7` and 12 more$/);
  });
});

import { expect, it } from 'vitest';
import { findOtherSpelling } from '../../src/text/spelling.ts';

it.each([
  ['grantType', ['clientId', 'grant_type'], 'grant_type'],
  ['grant_type', ['GRANT-TYPE'], 'GRANT-TYPE'],
  ['grantType', ['grantType'], undefined],
  ['grantType', ['grantTypes'], undefined],
  ['grantType', [], undefined],
])('for %s, of %j the other spelling is %s', (wanted, names, found) => {
  expect(findOtherSpelling(names, wanted)).toBe(found);
});

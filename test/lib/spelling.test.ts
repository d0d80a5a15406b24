import { expect, it } from 'vitest';
import { findOtherSpelling } from '../../src/lib/nearest.ts';

it.each([
  ['grantType', ['clientId', 'grant_type'], 'grant_type'],
  ['grant_type', ['GRANT-TYPE'], 'GRANT-TYPE'],
  ['grantType', ['grantType'], undefined],
  ['grantType', ['grantTypes'], undefined],
  ['grantType', [], undefined],
])('another spelling of %s in %j is %s', (name, names, expected) => {
  expect(findOtherSpelling(names, name)).toBe(expected);
});

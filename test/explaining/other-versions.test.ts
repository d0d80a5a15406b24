import { expect, it } from 'vitest';
import { describeOtherVersions, describeOtherVersionsViolation } from '../../src/explaining/other-versions.ts';

it.each([
  [{ profiles: ['2', '3'] }, 'GET /kites/7 was called, which only 2, 3 has', 'only 2, 3 has this operation'],
  [
    { profiles: ['2', '3'], replacedBy: 'GET /gliders/{id}' },
    'GET /kites/7 was called, which only 2, 3 has; its replacement is GET /gliders/{id}',
    'only 2, 3 has this operation; its replacement is GET /gliders/{id}',
  ],
  [
    { profiles: [], removedIn: '4' },
    'GET /kites/7 was called, which 4 removed and no version of the mock has',
    '4 removed this operation',
  ],
])('a call of another version is described: %j', (other, sentence, violation) => {
  expect(describeOtherVersions('GET', '/kites/7', other)).toBe(sentence);
  expect(describeOtherVersionsViolation(other)).toBe(violation);
});

import { expect, it } from 'vitest';
import { describeOtherVersionsViolation } from '../../../src/decisions/explaining/hints/refused-request.ts';

it.each([
  [{ profiles: ['2', '3'] }, 'only 2, 3 has this operation'],
  [
    { profiles: ['2', '3'], replacedBy: 'GET /gliders/{id}' },

    'only 2, 3 has this operation; its replacement is GET /gliders/{id}',
  ],
  [
    { profiles: [], removedIn: '4' },

    '4 removed this operation',
  ],
])('a call of another version is described: %j', (other, violation) => {
  expect(describeOtherVersionsViolation(other)).toBe(violation);
});

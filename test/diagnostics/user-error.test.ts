import { expect, it } from 'vitest';
import { UserError } from '../../src/diagnostics/user-error.ts';

it('what a person can mend is told from other faults by its name, too, and says what it comes of', () => {
  const cause = new Error('ENOENT');
  const fault = new UserError('There is no such file.', { cause });

  expect(fault).toBeInstanceOf(Error);
  expect(fault).toMatchObject({ name: 'Unusable', message: 'There is no such file.', cause });
});

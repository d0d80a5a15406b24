import { expect, it } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';

it('a user error has its own name and keeps its cause', () => {
  const cause = new Error('ENOENT');
  const fault = new UserError('There is no such file.', { cause });

  expect(fault).toBeInstanceOf(Error);
  expect(fault).toMatchObject({ name: 'Unusable', message: 'There is no such file.', cause });
});

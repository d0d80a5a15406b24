import { expect, it } from 'vitest';
import { explainUnreadable, explainUnwritable, UserError } from '../../src/lib/errors.ts';

it('a user error has its own name and keeps its cause', () => {
  const cause = new Error('ENOENT');
  const fault = new UserError('There is no such file.', { cause });

  expect(fault).toBeInstanceOf(Error);
  expect(fault).toMatchObject({ name: 'Unusable', message: 'There is no such file.', cause });
});

it.each([
  [{ code: 'ENOENT' }, 'it does not exist', 'its folder does not exist'],
  [{ code: 'EISDIR' }, 'it is a folder', 'it is a folder'],
  [{ code: 'ENOSPC' }, 'ENOSPC', 'its disk is full'],
  [{ code: 'constructor' }, 'constructor', 'constructor'],
  [null, 'of an unknown error', 'of an unknown error'],
])('the error %j of a file is explained for reading and writing', (error, reading, writing) => {
  expect(explainUnreadable(error)).toBe(reading);
  expect(explainUnwritable(error)).toBe(writing);
});

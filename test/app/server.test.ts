import { expect, it } from 'vitest';
import { UserError } from '../../src/diagnostics/user-error.ts';
import { WriteFailure } from '../../src/store/errors.ts';
import { testServer } from '../support/server.ts';

/** A start that fails so as soon as its world is filled: the seed is given the time. */
const failing = (fault: Error) =>
  testServer(
    {},
    {
      clock: {
        now: () => {
          throw fault;
        },
      },
    },
  ).catch((thrown: unknown) => thrown);

it('what cannot be stored stops a start as a file does that cannot be used', async () => {
  const cause = new WriteFailure('full', 'The disk is full.');
  const fault = await failing(cause);

  expect(fault).toBeInstanceOf(UserError);
  expect(fault).toMatchObject({ message: 'The disk is full.', cause });
});

it('another fault of a start stays what it is', async () => {
  const fault = new TypeError('x');

  expect(await failing(fault)).toBe(fault);
});

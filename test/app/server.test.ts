import { expect, it } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import { WriteFailure } from '../../src/store/errors.ts';
import { testServer } from '../support/server.ts';

/** Starts a server that fails with an error while its world is filled. */
const startFailing = (fault: Error) =>
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

it('a start rejects with a UserError if its world cannot be stored', async () => {
  const cause = new WriteFailure('full', 'The disk is full.');
  const fault = await startFailing(cause);

  expect(fault).toBeInstanceOf(UserError);
  expect(fault).toMatchObject({ message: 'The disk is full.', cause });
});

it('a start rethrows any other error', async () => {
  const fault = new TypeError('x');

  expect(await startFailing(fault)).toBe(fault);
});

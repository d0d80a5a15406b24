import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/decisions/problem.ts';
import { problemWithoutSecrets, toProblem } from '../../src/http/problem.ts';
import { DamagedData, ReadOnlyDatabase, WriteFailure } from '../../src/store/errors.ts';
import { toySecrets } from '../journal/toy-secrets.ts';

const whole = { fault: () => null };
const gone = { fault: () => 'The data file is gone.' };

describe('toProblem', () => {
  it('returns a problem unchanged, whatever the state of the store', () => {
    const problem = new Problem('not_found');

    expect(toProblem(problem)).toBe(problem);
    expect(toProblem(problem, gone)).toBe(problem);
  });

  it('converts any other error to an internal problem', () => {
    const cause = new TypeError('x');

    expect(toProblem(cause, whole)).toMatchObject({ kind: 'internal', cause });
    expect(toProblem(cause)).toMatchObject({ kind: 'internal', cause });
  });

  it('reports the fault of the data file if there is one', () => {
    expect(toProblem(new TypeError('x'), gone)).toMatchObject({
      kind: 'storage_failing',
      message: 'The data file is gone.',
    });
  });

  it('reports damaged data with its row', () => {
    expect(toProblem(new DamagedData('the row `ball` of `toys`', new SyntaxError('no JSON')))).toMatchObject({
      kind: 'storage_failing',
      message: expect.stringContaining('the row `ball` of `toys`'),
    });
  });

  it('reports a read-only database as unavailable, with the reason', () => {
    expect(toProblem(new ReadOnlyDatabase('is read-only'))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('The database is read-only, so nothing was done.'),
    });
  });

  it.each([
    ['full', 'storage_full'],
    ['failing', 'storage_failing'],
  ] as const)('reports a write failure of a disk that is %s', (why, kind) => {
    expect(toProblem(new WriteFailure(why, 'No room.'))).toMatchObject({
      kind,
      message: 'No room.',
    });
  });
});

it('a problem without the secrets of its world differs only in the message', () => {
  const secrets = toySecrets(['a-secret-of-ada']);
  const parts = {
    why: 'it is over',
    reason: 'expired_token',
    claimed: { kind: 'user', id: '1', name: 'ada', clientId: 'cli' },
    ofWorld: 'blue',
    challenge: 'Bearer',
    allow: ['GET', 'DELETE'],
    close: true,
    retryAfter: 7,
    acceptEncoding: 'identity',
    cause: new Error('x'),
  } as const;
  const hidden = problemWithoutSecrets(new Problem('unauthenticated', 'No a-secret-of-ada.', parts), secrets);

  const message = `No ${secrets.fingerprint('a-secret-of-ada')}.`;
  expect(hidden).toMatchObject({ kind: 'unauthenticated', message, ...parts });
});

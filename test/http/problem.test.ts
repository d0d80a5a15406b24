import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/decisions/problem.ts';
import { problemWithoutSecrets, toProblem } from '../../src/http/problem.ts';
import { DamagedData, ReadOnlyDatabase, WriteFailure } from '../../src/store/errors.ts';
import { toySecrets } from '../journal/toy-secrets.ts';

const whole = { fault: () => null };
const gone = { fault: () => 'The data file is gone.' };

describe('what was thrown', () => {
  it('is itself where it is a problem, whatever the store is like', () => {
    const problem = new Problem('not_found');

    expect(toProblem(problem)).toBe(problem);
    expect(toProblem(problem, gone)).toBe(problem);
  });

  it('is our own fault where it is none', () => {
    const cause = new TypeError('x');

    expect(toProblem(cause, whole)).toMatchObject({ kind: 'internal', cause });
    expect(toProblem(cause)).toMatchObject({ kind: 'internal', cause });
  });

  it('is the fault of the data file where something is wrong with that', () => {
    expect(toProblem(new TypeError('x'), gone)).toMatchObject({
      kind: 'storage_failing',
      message: 'The data file is gone.',
    });
  });

  it('is the fault of the data where a row of it cannot be read, and names the row', () => {
    expect(toProblem(new DamagedData('toys', 'ball', new SyntaxError('no JSON')))).toMatchObject({
      kind: 'storage_failing',
      message: expect.stringContaining('the row `ball` of `toys`'),
    });
  });

  it('is an outage where the database takes no changes, and says why', () => {
    expect(toProblem(new ReadOnlyDatabase('is read-only'))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('The database is read-only, so nothing was done.'),
    });
  });

  it.each([
    ['full', 'storage_full'],
    ['failing', 'storage_failing'],
  ] as const)('by a disk that is %s is a problem of storage', (why, kind) => {
    expect(toProblem(new WriteFailure(why, 'No room.'))).toMatchObject({ kind, message: 'No room.' });
  });
});

it('a problem whose message quotes a secret of its world lacks nothing but that secret', () => {
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
    isLogged: true,
    cause: new Error('x'),
  } as const;
  const hidden = problemWithoutSecrets(new Problem('unauthenticated', 'No a-secret-of-ada.', parts), secrets);

  const message = `No ${secrets.fingerprint('a-secret-of-ada')}.`;
  expect(hidden).toMatchObject({ kind: 'unauthenticated', message, ...parts });
});

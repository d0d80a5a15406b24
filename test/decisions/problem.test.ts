import { describe, expect, it } from 'vitest';
import {
  badCredentialsProblem,
  describeDeletion,
  HTTP_STATUS,
  Problem,
  type ProblemKind,
  problemOf,
  unauthenticatedProblem,
} from '../../src/decisions/problem.ts';

const BOT = { kind: 'service-account', id: 'b', name: 'bot', clientId: 'bot' } as const;

describe('a problem', () => {
  it('has the given parts, and defaults for all others', () => {
    const cause = new Error('x');
    const problem = new Problem('method_not_allowed', 'No.', { allow: ['GET'], close: true, why: 'so', cause });

    expect(problem).toMatchObject({ kind: 'method_not_allowed', message: 'No.', allow: ['GET'], close: true, cause });
    expect(problem.why).toBe('so');
    expect(new Problem('forbidden')).toMatchObject({ message: '', allow: [], close: false, reason: undefined });
  });

  it('of a credential has its reason and its details', () => {
    expect(unauthenticatedProblem('no_token', 'Send one.', 'none')).toMatchObject({
      kind: 'unauthenticated',
      message: 'Send one.',
      reason: 'no_token',
      why: 'none',
    });
    expect(badCredentialsProblem('wrong_password', 'No.', BOT)).toMatchObject({
      kind: 'bad_credentials',
      reason: 'wrong_password',
      claimed: BOT,
    });
  });

  it('of a credential has the principal that it names, and nothing that is not known', () => {
    const { claimed, why } = unauthenticatedProblem('expired_token', 'No.', undefined, BOT);

    expect([claimed, why]).toEqual([BOT, undefined]);
    expect(unauthenticatedProblem('no_token', 'Send one.').claimed).toBeUndefined();
    expect(new Problem('forbidden').name).toBe('Problem');
  });

  it('of a deleted credential says when it was deleted', () => {
    expect(describeDeletion(0)).toBe('it was deleted at 1970-01-01T00:00:00.000Z');
  });

  it('is internal for any other error', () => {
    const problem = new Problem('conflict');
    const cause = new RangeError('x');

    expect(problemOf(problem)).toBe(problem);
    expect(problemOf(cause)).toMatchObject({ kind: 'internal', cause });
    expect(problemOf(cause).message).toBe('Internal error of the mock. Its log has the details.');
  });
});

it('an unknown world is a problem of the mock, and a failed write is a problem of the storage', () => {
  // `Object.keys` returns strings only.
  const kinds = Object.keys(HTTP_STATUS) as ProblemKind[];

  expect(kinds.filter((kind) => new Problem(kind).isMockProblem)).toEqual(['no_such_world']);
  expect(kinds.filter((kind) => new Problem(kind).isStorageProblem)).toEqual(['storage_failing', 'storage_full']);
});

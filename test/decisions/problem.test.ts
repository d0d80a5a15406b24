import { describe, expect, it } from 'vitest';
import {
  badCredentialsProblem,
  HTTP_STATUS,
  Problem,
  type ProblemKind,
  problemOf,
  unauthenticatedProblem,
} from '../../src/decisions/problem.ts';

const BOT = { kind: 'service-account', id: 'b', name: 'bot', clientId: 'bot' } as const;

describe('a problem', () => {
  it('has what it was given, and nothing else', () => {
    const cause = new Error('x');
    const problem = new Problem('method_not_allowed', 'No.', { allow: ['GET'], close: true, why: 'so', cause });

    expect(problem).toMatchObject({ kind: 'method_not_allowed', message: 'No.', allow: ['GET'], close: true, cause });
    expect(problem.why).toBe('so');
    expect(new Problem('forbidden')).toMatchObject({ message: '', allow: [], close: false, reason: undefined });
  });

  it('of a credential has its reason, and what more is known', () => {
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

  it('is our own fault where something else was thrown', () => {
    const problem = new Problem('conflict');
    const cause = new RangeError('x');

    expect(problemOf(problem)).toBe(problem);
    expect(problemOf(cause)).toMatchObject({ kind: 'internal', cause });
  });
});

it('a world that is not there is our own matter, and what cannot be stored one of the storage', () => {
  // `Object.keys` knows of texts only.
  const kinds = Object.keys(HTTP_STATUS) as ProblemKind[];

  expect(kinds.filter((kind) => new Problem(kind).isMockProblem)).toEqual(['no_such_world']);
  expect(kinds.filter((kind) => new Problem(kind).isStorageProblem)).toEqual(['storage_failing', 'storage_full']);
});

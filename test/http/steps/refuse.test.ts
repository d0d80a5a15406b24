import { describe, expect, it } from 'vitest';
import { Problem, type ProblemKind, type ProblemParts } from '../../../src/decisions/problem.ts';
import { COMMON_REASONS } from '../../../src/decisions/reasons.ts';
import { refuse } from '../../../src/http/steps/refuse.ts';
import { UnknownOutcome, WriteFailure } from '../../../src/store/errors.ts';
import { key } from '../../decisions/toy-law.ts';
import { ALLOWED, type Given, NOW, toyRequest } from './toy-request.ts';

const basisOf = (reason: keyof typeof COMMON_REASONS) => {
  const { certainty, source } = COMMON_REASONS[reason];
  return { basis: { certainty, source } };
};

const refused = async (thrown: unknown, given: Given = {}) => {
  const request = toyRequest(given);
  await refuse(request, thrown);
  return request;
};
const DENIED = { ...ALLOWED, effect: 'deny', reason: 'not_owner' } as const;
/** A credential that is not accepted. */
const unaccepted = (parts: ProblemParts) =>
  new Problem('unauthenticated', 'No.', { reason: 'unknown_key_id', ...parts });

describe('whatever is thrown', () => {
  it('is told in the words of the service, which know what it is about', async () => {
    const caller = key(['play']);
    const request = await refused(new Problem('forbidden', 'No.'), {
      request: { decision: DENIED, caller },
    });

    expect(request.outcome).toEqual({
      status: 403,
      body: {
        kind: 'forbidden',
        message: 'No.',
        reason: undefined,
        about: {
          settings: {},
          random: undefined,
          path: '/toys/ball',
          params: { toy: 'ball' },
          headerLines: expect.any(Function),
          operation: 'row_of_toy',
          caller,
          decision: DENIED,
        },
      },
    });
    expect(request.decision).toBe(DENIED);
    expect(request.problem).toMatchObject({ kind: 'forbidden' });
    expect(request.reported).toEqual([]);
  });

  it('is told in words of the mock, if it is about the mock', async () => {
    const { outcome } = await refused(new Problem('no_such_world', 'There is no world `x`.'));

    expect(outcome).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
      body: { detail: 'There is no world `x`.' },
    });
  });

  it('is a fault of the mock, if it is nothing else', async () => {
    const request = await refused(new TypeError('broken'));

    expect(request.problem).toMatchObject({ kind: 'internal' });
    expect(request.outcome.status).toBe(500);
  });

  it('is worth knowing, if nothing can be stored', async () => {
    const full = await refused(new WriteFailure('full', 'The disk is full.'));
    const gone = await refused(new TypeError('broken'), { world: { store: { fault: () => 'The file is gone.' } } });

    expect([full.reported, gone.reported]).toEqual([
      [['finding', 'storage', 'The disk is full.', NOW]],
      [['finding', 'storage', 'The file is gone.', NOW]],
    ]);
  });
});

describe('the decision about a request', () => {
  it.each<ProblemKind>(['invalid_request', 'timeout', 'too_large', 'unsupported_media_type'])(
    'is none where it could not be read: %s',
    async (kind) => {
      expect((await refused(new Problem(kind), { request: { decision: ALLOWED } })).decision).toBeNull();
    },
  );

  it('is that of its credential, if that was not accepted', async () => {
    expect((await refused(unaccepted({}))).decision).toMatchObject({
      id: 'd-1',
      effect: 'deny',
      reason: 'unknown_key_id',
      principal: null,
    });
    expect((await refused(new Problem('conflict'))).decision).toBeNull();
  });

  it('stays what it was, if something else went wrong afterwards', async () => {
    expect((await refused(new Problem('conflict'), { request: { decision: ALLOWED } })).decision).toBe(ALLOWED);
  });

  it('is that nobody knows what became of it, if the database went away', async () => {
    const cause = new UnknownOutcome('gone');

    expect((await refused(cause, { request: { decision: ALLOWED } })).decision).toEqual({
      ...ALLOWED,
      effect: 'deny',
      reason: 'outcome_unknown',
      ...basisOf('outcome_unknown'),
    });
    expect((await refused(cause)).decision).toEqual({
      id: 'd-1',
      at: NOW,
      service: 'toys',
      operation: 'get_toy',
      request: { method: 'GET', path: '/toys/ball' },
      effect: 'deny',
      reason: 'outcome_unknown',
      ...basisOf('outcome_unknown'),
      principal: null,
      rule: null,
    });
  });
});

describe('a key that no mock issued', () => {
  const problem = new Problem('invalid_request', 'It may be real.', { reason: 'foreign_credential' });

  it('is refused by a decision, whatever the caller was allowed', async () => {
    const { decision } = await refused(problem, { request: { decision: ALLOWED } });

    expect(decision).toEqual({
      ...ALLOWED,
      effect: 'deny',
      reason: 'foreign_credential',
      ...basisOf('foreign_credential'),
    });
  });

  it('is refused without a decision by the switchboard, which decides nothing', async () => {
    expect((await refused(problem, { service: { isControlApi: true } })).decision).toBeNull();
    expect((await refused(problem, { service: { isControlApi: false } })).decision).toMatchObject({
      effect: 'deny',
      reason: 'foreign_credential',
    });
  });
});

describe('an object of another owner that only the body names', () => {
  it('is refused by a decision with its reason', async () => {
    const problem = new Problem('forbidden', '', { reason: 'not_owner' });

    expect((await refused(problem, { request: { decision: ALLOWED } })).decision).toEqual({
      ...ALLOWED,
      effect: 'deny',
      reason: 'not_owner',
      ...basisOf('not_owner'),
    });
  });
});

describe('a credential that is not known here', () => {
  const principal = { kind: 'service-key', id: 'key-7', name: 'robot' } as const;
  const server = {
    extractors: [(line: string) => (line === 'key' ? { kind: 'key', mark: 'm', hash: () => 'h' } : null)],
    reasons: { unknown_key_id: { unknown: 'key' }, disabled: {} },
  };
  /** Sent to a server that has more worlds. */
  const sent = (world: string, worlds: object, parts: ProblemParts = {}) =>
    refused(unaccepted(parts), {
      raw: { headers: [['authorization', 'key']] },
      route: { rule: { id: 'r' } },
      world: { id: world },
      server: {
        ...server,
        worlds: {
          isAlone: false,
          has: (id: string) => id !== 'gone',
          ownersOf: () => [],
          isOfDefault: async () => false,
          ...worlds,
        },
      },
    });
  const owned = (...owners: string[]) => ({ ownersOf: () => owners });

  it('may be that of another world, which the decision says', async () => {
    const { decision, outcome } = await sent('team-a', owned('team-b'));

    expect(decision).toMatchObject({
      reason: 'other_world',
      credential: { ofWorld: 'team-b', detail: 'it belongs to the world `team-b`' },
    });
    expect(decision).not.toHaveProperty('credential.claimed');
    expect(outcome.body).toMatchObject({ message: 'No.', reason: 'unknown_key_id' });
  });

  it('may be that of a world that is gone', async () => {
    expect((await sent('team-a', owned('gone'))).decision).toMatchObject({
      reason: 'world_gone',
      credential: { ofWorld: 'gone', detail: 'the world `gone` no longer exists' },
    });
  });

  it('says both what is known of it and whose it is', async () => {
    const known = { why: 'it is old', claimed: principal };

    expect((await sent('team-a', owned('team-b'), known)).decision).toMatchObject({
      credential: { detail: 'it belongs to the world `team-b`; it is old', claimed: principal },
    });
  });

  it('names its world itself, if it can', async () => {
    expect((await sent('team-a', owned('team-b'), { ofWorld: 'team-c' })).decision).toMatchObject({
      credential: { ofWorld: 'team-c' },
    });
    expect((await sent('team-a', {}, { ofWorld: 'team-c', reason: 'disabled' })).decision).toMatchObject({
      reason: 'other_world',
      credential: { ofWorld: 'team-c' },
    });
  });

  it('claims nobody, if there was no reason but its world', async () => {
    const problem = new Problem('unauthenticated', 'No.', { ofWorld: 'team-b', claimed: principal });
    const worlds = { isAlone: false, has: () => true };

    expect((await refused(problem, { server: { ...server, worlds } })).decision).not.toHaveProperty(
      'credential.claimed',
    );
  });

  it('is looked for in the default world last, and never from there', async () => {
    const ofDefault = { isOfDefault: async () => true };

    expect((await sent('team-a', ofDefault)).decision).toMatchObject({ credential: { ofWorld: 'default' } });
    expect((await sent('team-a', { ...ofDefault, ...owned('team-b') })).decision).toMatchObject({
      credential: { ofWorld: 'team-b' },
    });
    expect((await sent('default', ofDefault)).decision).toMatchObject({ reason: 'unknown_key_id' });
  });

  it.each<[string, world: string, worlds: object]>([
    ['its own world has it', 'team-a', owned('team-a')],
    ['no world has it', 'team-a', {}],
    ['there is no other world', 'team-a', { isAlone: true, ...owned('team-b') }],
  ])('is unknown where %s', async (_what, world, worlds) => {
    const { decision } = await sent(world, worlds);

    expect(decision).toMatchObject({ reason: 'unknown_key_id' });
    expect(decision).not.toHaveProperty('credential.ofWorld');
  });

  it('is not looked for where something else is wrong with it, or it is of another kind', async () => {
    expect((await sent('team-a', owned('team-b'), { reason: 'disabled' })).decision).not.toHaveProperty(
      'credential.ofWorld',
    );
    for (const reasons of [{ unknown_key_id: { unknown: 'client' } }, {}]) {
      const request = await refused(unaccepted({}), {
        raw: { headers: [['authorization', 'key']] },
        route: { rule: { id: 'r' } },
        world: { id: 'team-a' },
        server: { ...server, reasons, worlds: { isAlone: false, has: () => true, ...owned('team-b') } },
      });
      expect(request.decision).not.toHaveProperty('credential.ofWorld');
    }
  });
});

describe('an object that is not there', () => {
  const missing = { ...DENIED, reason: 'no_such_object' } as const;
  const document = {
    otherVersions: [{ method: 'GET', path: '/toys/ball', profiles: ['2.0'] }],
  };

  it('may be a path that another version has, which is worth knowing', async () => {
    const given = { request: { decision: missing }, route: { document } };

    expect((await refused(new Problem('not_found'), given)).reported).toEqual([
      ['finding', 'other_version', 'GET /toys/ball was called, which only 2.0 has', NOW],
    ]);
  });

  it('is nothing else, if no other version has its path, or it is refused for something else', async () => {
    const elsewhere = { request: { decision: missing }, raw: { url: '/toys/doll' }, route: { document } };
    const otherwise = { request: { decision: DENIED }, route: { document } };

    expect((await refused(new Problem('not_found'), elsewhere)).reported).toEqual([]);
    expect((await refused(new Problem('not_found'), otherwise)).reported).toEqual([]);
  });
});

describe('what somebody may have got wrong', () => {
  const service = { decisionHelp: { hints: [{ code: 'toys.loud', when: () => 'It is loud.' }] } };

  it('is in the decision and in a header', async () => {
    const request = await refused(new Problem('forbidden'), { service, request: { decision: DENIED } });

    expect(request.hints).toMatchObject([{ text: 'It is loud.' }]);
    expect(request.decision).toMatchObject({ hints: ['It is loud.'] });
    expect(request.outcome).toMatchObject({ headers: { 'x-mock-hint': 'It is loud.' } });
  });

  it('is in a header alone where there is no decision', async () => {
    const request = await refused(new Problem('invalid_request'), { service });

    expect(request.decision).toBeNull();
    expect(request.outcome).toMatchObject({ headers: { 'x-mock-hint': 'It is loud.' } });
  });
});

it('a refusal without an operation is about its path alone', () => {
  expect(toyRequest().createRefusalContext()).toMatchObject({
    path: '/toys/ball',
    operation: 'row_of_toy',
    decision: null,
  });
});

it('a refusal knows every line of a header of its request', () => {
  const headers = [
    ['Accept', 'text/html'],
    ['accept', 'application/json'],
  ] as const;

  expect(toyRequest({ raw: { headers } }).createRefusalContext().headerLines('accept')).toEqual([
    'text/html',
    'application/json',
  ]);
});

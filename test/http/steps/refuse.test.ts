import { describe, expect, it } from 'vitest';
import { Problem, type ProblemKind, type ProblemParts } from '../../../src/decisions/problem.ts';
import { COMMON_REASONS } from '../../../src/decisions/reasons.ts';
import { refuse } from '../../../src/http/steps/refuse.ts';
import { UnknownOutcome } from '../../../src/store/errors.ts';
import { key } from '../../decisions/toy-law.ts';
import { ALLOWED, NOW, type ToyRequestParts, toyRequest } from './toy-request.ts';

const readBasis = (reason: keyof typeof COMMON_REASONS) => {
  const { certainty, source } = COMMON_REASONS[reason];
  return { basis: { certainty, source } };
};

const runRefuse = async (thrown: unknown, parts: ToyRequestParts = {}) => {
  const request = toyRequest(parts);
  const { answer, hints, reported } = Object.assign(request, await refuse(request, thrown));
  return { ...answer, hints, reported };
};
const DENIED = { ...ALLOWED, effect: 'deny', reason: 'not_owner' } as const;
/** The problem of a credential that is not accepted. */
const createProblem = (parts: ProblemParts) =>
  new Problem('unauthenticated', 'No.', { reason: 'unknown_key_id', ...parts });

describe('a thrown problem', () => {
  it('is rendered by the service with its context', async () => {
    const caller = key(['play']);
    const request = await runRefuse(new Problem('forbidden', 'No.'), {
      access: { decision: DENIED, caller },
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

  it('is rendered by the mock if it is about the mock', async () => {
    const { outcome } = await runRefuse(new Problem('no_such_world', 'There is no world `x`.'));

    expect(outcome).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
      body: { detail: 'There is no world `x`.' },
    });
  });

  it.each([true, false])('of an operation that was executed leaves it executed: %s', async (isExecuted) => {
    const request = await runRefuse(new Problem('internal', 'No.'), { answer: { isExecuted } });

    expect(request.isExecuted).toBe(isExecuted);
  });

  it('is internal if it is any other error', async () => {
    const request = await runRefuse(new TypeError('broken'));

    expect(request.problem).toMatchObject({ kind: 'internal' });
    expect(request.outcome.status).toBe(500);
  });
});

describe('the decision about a request', () => {
  it.each<ProblemKind>(['invalid_request', 'timeout', 'too_large', 'unsupported_media_type'])(
    'is null if the request could not be parsed: %s',
    async (kind) => {
      expect((await runRefuse(new Problem(kind), { access: { decision: ALLOWED } })).decision).toBeNull();
    },
  );

  it('is a denial if the credential was not accepted', async () => {
    expect((await runRefuse(createProblem({}))).decision).toMatchObject({
      id: 'd-1',
      effect: 'deny',
      reason: 'unknown_key_id',
      principal: null,
    });
    expect((await runRefuse(new Problem('conflict'))).decision).toBeNull();
  });

  it('is not changed by a later problem', async () => {
    expect((await runRefuse(new Problem('conflict'), { access: { decision: ALLOWED } })).decision).toBe(ALLOWED);
  });

  it('is an unknown outcome if the database was lost', async () => {
    const cause = new UnknownOutcome('gone');

    expect((await runRefuse(cause, { access: { decision: ALLOWED } })).decision).toEqual({
      ...ALLOWED,
      effect: 'deny',
      reason: 'outcome_unknown',
      ...readBasis('outcome_unknown'),
    });
    expect((await runRefuse(cause)).decision).toEqual({
      id: 'd-1',
      at: NOW,
      service: 'toys',
      operation: 'get_toy',
      request: { method: 'GET', path: '/toys/ball' },
      effect: 'deny',
      reason: 'outcome_unknown',
      ...readBasis('outcome_unknown'),
      principal: null,
      rule: null,
    });
  });
});

describe('a key that no mock issued', () => {
  const problem = new Problem('invalid_request', 'It may be real.', { reason: 'foreign_credential' });

  it('is denied, whatever was decided before', async () => {
    const { decision } = await runRefuse(problem, { access: { decision: ALLOWED } });

    expect(decision).toEqual({
      ...ALLOWED,
      effect: 'deny',
      reason: 'foreign_credential',
      ...readBasis('foreign_credential'),
    });
  });

  it('is rejected without a decision by the control API', async () => {
    expect((await runRefuse(problem, { service: { isControlApi: true } })).decision).toBeNull();
    expect((await runRefuse(problem, { service: { isControlApi: false } })).decision).toMatchObject({
      effect: 'deny',
      reason: 'foreign_credential',
    });
  });
});

describe('an object of another owner that only the body names', () => {
  it.each(['not_owner', 'other_organization'] as const)('is denied with its reason: %s', async (reason) => {
    const problem = new Problem('forbidden', '', { reason });

    expect((await runRefuse(problem, { access: { decision: ALLOWED } })).decision).toEqual({
      ...ALLOWED,
      effect: 'deny',
      reason,
      ...readBasis(reason),
    });
  });
});

describe('an unknown credential', () => {
  const principal = { kind: 'service-key', id: 'key-7', name: 'robot' } as const;
  const server = {
    extractors: [(line: string) => (line === 'key' ? { kind: 'key', mark: 'm', hash: () => 'h' } : null)],
    reasons: { unknown_key_id: { unknown: 'key' }, disabled: {} },
  };
  const createWorlds = (worlds: object) => ({
    hasOneWorld: false,
    has: (id: string) => id !== 'gone',
    ownersOf: () => [],
    isOfDefault: async () => false,
    ...worlds,
  });
  /** Sends a credential to a server with several worlds. */
  const sendCredential = (world: string, worlds: object, parts: ProblemParts = {}) =>
    runRefuse(createProblem(parts), {
      raw: { headers: [['authorization', 'key']] },
      route: { rule: { id: 'r' } },
      world: { id: world },
      server: { ...server, worlds: createWorlds(worlds) },
    });
  const createOwners = (...owners: string[]) => ({ ownersOf: () => owners });

  it('is attributed to the other world that has it', async () => {
    const { decision, outcome } = await sendCredential('team-a', createOwners('team-b'));

    expect(decision).toMatchObject({
      reason: 'other_world',
      credential: { ofWorld: 'team-b', detail: 'it belongs to the world `team-b`' },
    });
    expect(decision).not.toHaveProperty('credential.claimed');
    expect(outcome.body).toMatchObject({ message: 'No.', reason: 'unknown_key_id' });
  });

  it('is attributed to a deleted world', async () => {
    expect((await sendCredential('team-a', createOwners('gone'))).decision).toMatchObject({
      reason: 'world_gone',
      credential: { ofWorld: 'gone', detail: 'the world `gone` no longer exists' },
    });
  });

  it('has its world and its own detail in the decision', async () => {
    const known = { why: 'it is old', claimed: principal };

    expect((await sendCredential('team-a', createOwners('team-b'), known)).decision).toMatchObject({
      credential: { detail: 'it belongs to the world `team-b`; it is old', claimed: principal },
    });
  });

  it('keeps the world that its problem names', async () => {
    expect((await sendCredential('team-a', createOwners('team-b'), { ofWorld: 'team-c' })).decision).toMatchObject({
      credential: { ofWorld: 'team-c' },
    });
    expect((await sendCredential('team-a', {}, { ofWorld: 'team-c', reason: 'disabled' })).decision).toMatchObject({
      reason: 'other_world',
      credential: { ofWorld: 'team-c' },
    });
  });

  it('has no claimed principal if its world is the only reason', async () => {
    const problem = new Problem('unauthenticated', 'No.', { ofWorld: 'team-b', claimed: principal });
    const worlds = { hasOneWorld: false, has: () => true };

    expect((await runRefuse(problem, { server: { ...server, worlds } })).decision).not.toHaveProperty(
      'credential.claimed',
    );
  });

  it('is attributed to the default world last, and never by the default world itself', async () => {
    const ofDefault = { isOfDefault: async () => true };

    expect((await sendCredential('team-a', ofDefault)).decision).toMatchObject({ credential: { ofWorld: 'default' } });
    expect((await sendCredential('team-a', { ...ofDefault, ...createOwners('team-b') })).decision).toMatchObject({
      credential: { ofWorld: 'team-b' },
    });
    expect((await sendCredential('default', ofDefault)).decision).toMatchObject({ reason: 'unknown_key_id' });
  });

  it.each<[string, world: string, worlds: object]>([
    ['its own world has it', 'team-a', createOwners('team-a')],
    ['no world has it', 'team-a', {}],
    ['there is no other world', 'team-a', { hasOneWorld: true, ...createOwners('team-b') }],
  ])('stays unknown if %s', async (_what, world, worlds) => {
    const { decision } = await sendCredential(world, worlds);

    expect(decision).toMatchObject({ reason: 'unknown_key_id' });
    expect(decision).not.toHaveProperty('credential.ofWorld');
  });

  describe('that was deleted', () => {
    const AT = Date.UTC(2026, 0, 14);
    const WHEN = 'it was deleted at 2026-01-14T00:00:00.000Z';
    const deletedAs = (name: string) => ({ findDeletionTime: (deleted: string) => (deleted === name ? AT : null) });
    const INSTEAD = { id: 'key-9', name: 'other robot' };
    const find = async () => INSTEAD;
    const refuseDeleted = async (
      world: object,
      { worlds = {}, ...parts }: { worlds?: object; [part: string]: unknown } = {},
    ) => {
      const request = await runRefuse(createProblem({}), {
        raw: { headers: [['authorization', 'key']] },
        route: { rule: { id: 'r' } },
        service: { decisionHelp: { credentialFinders: { unknown_key_id: find, other_world: find } } },
        world: { id: 'team-a', ...world },
        server: { ...server, ...parts, worlds: createWorlds(worlds) },
      });
      return request.decision?.credential;
    };

    it('has the time of its deletion in the decision, and no other credential', async () => {
      expect(await refuseDeleted({ deleted: deletedAs('h') })).toEqual({ detail: WHEN });
    });

    it('gets another credential suggested if it was never issued', async () => {
      expect(await refuseDeleted({})).toMatchObject({ instead: INSTEAD });
    });

    it('is attributed to the world that still has it', async () => {
      expect(await refuseDeleted({ deleted: deletedAs('h') }, { worlds: createOwners('team-b') })).toMatchObject({
        ofWorld: 'team-b',
        instead: INSTEAD,
      });
    });

    it('is found by its id if it is a client', async () => {
      const extractors = [() => ({ kind: 'client', clientId: 'bot' })];
      const reasons = { unknown_key_id: { unknown: 'client' } };

      expect(await refuseDeleted({ deleted: deletedAs('bot') }, { extractors, reasons })).toEqual({ detail: WHEN });
    });

    it('has no such time if it is neither a key nor a client', async () => {
      const extractors = [() => ({ kind: 'grant' })];
      const reasons = { unknown_key_id: { unknown: 'grant' } };

      expect(
        await refuseDeleted({ deleted: { findDeletionTime: () => AT } }, { extractors, reasons }),
      ).not.toHaveProperty('detail');
    });
  });

  it('is not attributed to a world for another reason or another kind', async () => {
    expect(
      (await sendCredential('team-a', createOwners('team-b'), { reason: 'disabled' })).decision,
    ).not.toHaveProperty('credential.ofWorld');
    for (const reasons of [{ unknown_key_id: { unknown: 'client' } }, {}]) {
      const request = await runRefuse(createProblem({}), {
        raw: { headers: [['authorization', 'key']] },
        route: { rule: { id: 'r' } },
        world: { id: 'team-a' },
        server: { ...server, reasons, worlds: { hasOneWorld: false, has: () => true, ...createOwners('team-b') } },
      });
      expect(request.decision).not.toHaveProperty('credential.ofWorld');
    }
  });
});

describe('an unknown object', () => {
  const missing = { ...DENIED, reason: 'no_such_object' } as const;
  const document = {
    otherVersions: [{ method: 'GET', path: '/toys/ball', profiles: ['2.0'] }],
  };

  it('is reported if another version has its path', async () => {
    const parts = { access: { decision: missing }, route: { document } };

    expect((await runRefuse(new Problem('not_found'), parts)).hints.list).toMatchObject([
      { code: 'path_of_other_version', text: expect.stringContaining('exists in 2.0') },
    ]);
  });

  it('is not reported for other paths and other reasons', async () => {
    const otherPath = { access: { decision: missing }, raw: { url: '/toys/doll' }, route: { document } };
    const otherReason = { access: { decision: DENIED }, route: { document } };

    expect((await runRefuse(new Problem('not_found'), otherPath)).hints.list).toEqual([]);
    expect((await runRefuse(new Problem('not_found'), otherReason)).hints.list).toEqual([]);
  });
});

describe('a hint', () => {
  const service = { decisionHelp: { hints: [{ code: 'toys.loud', when: () => 'It is loud.' }] } };

  it('is in the decision', async () => {
    const request = await runRefuse(new Problem('forbidden'), { service, access: { decision: DENIED } });

    expect(request.hints.list).toMatchObject([{ text: 'It is loud.' }]);
    expect(request.decision).toMatchObject({ hints: ['It is loud.'] });
  });

  it('needs no decision', async () => {
    const request = await runRefuse(new Problem('invalid_request'), { service });

    expect(request.decision).toBeNull();
    expect(request.hints.list).toMatchObject([{ text: 'It is loud.' }]);
  });
});

it('the context of a rejection contains its path', () => {
  expect(toyRequest().createRefusalContext(null)).toMatchObject({
    path: '/toys/ball',
    operation: 'row_of_toy',
    decision: null,
  });
});

it('the context of a rejection contains every line of a header', () => {
  const headers = [
    ['Accept', 'text/html'],
    ['accept', 'application/json'],
  ] as const;

  expect(toyRequest({ raw: { headers } }).createRefusalContext(null).headerLines('accept')).toEqual([
    'text/html',
    'application/json',
  ]);
});

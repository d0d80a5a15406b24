/** What would turn a refusal, where no kit knows better. */
import { describe, expect, it } from 'vitest';
import type { AccessRequest, Caller } from '../../src/decisions/decide.ts';
import type { Decision } from '../../src/decisions/decision.ts';
import type { DenyReason } from '../../src/decisions/reasons.ts';
import type { Tables } from '../../src/decisions/rule.ts';
import { findFixes } from '../../src/explaining/fixes.ts';
import { ask, decisionOn, key, openLaw, sourced, TOY_TABLES } from '../decisions/toy-law.ts';

describe('an identity is told', () => {
  const tables: Tables = {
    ...openLaw.tables,
    roles: [
      { name: 'reader', permissions: ['things:read'], ...sourced },
      { name: 'owner', permissions: ['things:read', 'things:write'], ...sourced },
    ],
  };
  const ruleset = { ...openLaw, tables };
  const bot: Caller = {
    principal: { kind: 'service-account', id: 'b', name: 'bot', clientId: 'bot' },
    heldRights: { roles: [], held: new Set(), resources: null, services: null, pending: [] },
  };
  const toldOf = (needs: AccessRequest['rule']['needs']) =>
    findFixes(decisionOn(ask({ needs }, { ruleset }), bot, null), tables);

  it('the roles that have what is missing, or somebody who has them', () => {
    expect(toldOf({ all: ['things:write'] })).toEqual([
      { kind: 'role', roles: ['owner'], text: 'give service account `bot` a role that has `things:write`: `owner`' },
      { kind: 'identity', roles: ['owner'], text: 'call as a principal with the role `owner`' },
    ]);
  });

  it('the permission itself where no role has it', () => {
    expect(toldOf({ all: ['things:burn'] })).toEqual([
      { kind: 'grant', text: 'give service account `bot` `things:burn`' },
    ]);
  });

  it('roles that have one of what would do', () => {
    expect(toldOf({ any: ['things:read', 'things:burn'] })[0]).toMatchObject({
      kind: 'role',
      roles: ['reader', 'owner'],
    });
  });
});

describe('whoever knows the rights of a credential better', () => {
  const fix = { kind: 'policy', text: 'add the scope' } as const;
  const remedy = { kind: 'credential', text: 'make another' } as const;
  const tables: Tables = { ...TOY_TABLES, remedies: { missing_scope: remedy } };
  const accessRequest = ask({ needs: { all: ['play'] } });
  type Found = ReturnType<NonNullable<Parameters<typeof findFixes>[2]>>;
  const reported = (found: Found, lookedUp: Parameters<typeof decisionOn>[2] = null) =>
    findFixes(decisionOn(accessRequest, key([]), lookedUp), tables, () => found);

  it('is asked, and says what turns it', () => {
    const asked: unknown[][] = [];
    const decision = decisionOn(accessRequest, key([]), null);
    findFixes(decision, tables, (...parts) => {
      asked.push(parts);
      return null;
    });

    expect(asked).toEqual([[decision, decision.input, 'missing_scope']]);
    expect(reported({ fixes: [fix] })).toEqual([fix]);
    expect(reported({ fixes: [fix], otherwise: 'missing_scope' }, { found: 'nothing' })).toEqual([fix]);
  });

  it('may know only which remedy is left, or none', () => {
    expect(reported({ fixes: [], otherwise: 'missing_scope' })).toEqual([remedy]);
    expect(reported({ fixes: [] })).toEqual([]);
    expect(reported({ fixes: [] }, { found: 'object', target: {} })).toEqual([]);
  });

  it('cannot help where there is no such object, or somebody else has it', () => {
    expect(reported({ fixes: [], otherwise: 'missing_scope' }, { found: 'nothing' })).toEqual([
      { kind: 'object', text: 'use an id from the list of objects; ids of deleted objects are not reused' },
    ]);
    expect(reported({ fixes: [], otherwise: 'missing_scope' }, { found: 'foreign', owner: 'bo' })).toEqual([
      { kind: 'identity', text: 'call as the owner' },
    ]);
  });

  it('may have nothing to do with it, and then there is the remedy', () => {
    expect(reported(null)).toEqual([remedy]);
  });

  it('is not asked about what was allowed', () => {
    expect(findFixes(decisionOn(ask(), key([]), null), tables, () => ({ fixes: [fix] }))).toEqual([]);
  });
});

describe('what no change of rights turns has the remedy', () => {
  const remedy = { kind: 'credential', text: 'make another' } as const;
  const tables: Tables = {
    ...TOY_TABLES,
    remedies: { expired_key: remedy, closed_to_keys: remedy, foreign_object: remedy },
  };
  const refused = (reason: DenyReason): Decision => ({
    id: 'd-1',
    at: 0,
    service: 'toys',
    operation: 'get_toy',
    request: { method: 'GET', path: '/toys' },
    effect: 'deny',
    principal: null,
    rule: null,
    reason,
  });

  it('of the service', () => {
    expect(findFixes(refused('expired_key'), tables)).toEqual([remedy]);
  });

  it('of the service for keys, too', () => {
    expect(findFixes(decisionOn(ask({ closed: true }), key([]), null), tables)).toEqual([remedy]);
    expect(findFixes(decisionOn(ask(), key([]), { found: 'foreign', owner: 'bo' }), tables)).toEqual([remedy]);
  });

  it.each([
    'no_token',
    'multiple_authorization',
    'wrong_scheme',
    'no_such_object',
    'foreign_object',
    'other_organization',
  ] as const)('that is the same everywhere: %s', (reason) => {
    expect(findFixes(refused(reason), TOY_TABLES)).toEqual([
      { kind: expect.stringMatching(/^(authenticate|object|identity)$/), text: expect.stringMatching(/.{10,}/) },
    ]);
  });

  it('of the organisation, where the path names another', () => {
    expect(findFixes(decisionOn(ask({}, { org: 'other' }), key([]), null), TOY_TABLES)).toEqual([
      expect.objectContaining({ kind: 'identity', text: expect.stringContaining('organisation') }),
    ]);
  });

  it('or none, where nobody knows one', () => {
    expect(findFixes(refused('expired_key'), TOY_TABLES)).toEqual([]);
  });
});

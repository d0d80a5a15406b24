/** The fixes of a denial, without and with the help of a service. */
import { describe, expect, it } from 'vitest';
import type { AccessRequest, Caller } from '../../../src/decisions/decide.ts';
import type { Decision } from '../../../src/decisions/decision.ts';
import { findFixes } from '../../../src/decisions/explaining/fixes.ts';
import type { DenyReason } from '../../../src/decisions/reasons.ts';
import type { Tables } from '../../../src/decisions/rule.ts';
import { ask, decisionOn, key, openLaw, sourced, TOY_TABLES } from '../toy-law.ts';

describe('the fixes for an identity', () => {
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
    held: { roles: [], permissions: new Set(), resources: null, services: null, pending: [] },
  };
  const findNeedFixes = (needs: AccessRequest['rule']['needs']) =>
    findFixes(decisionOn(ask({ needs }, { ruleset }), bot, null), tables);

  it('are the roles with the missing right, or a caller with such a role', () => {
    expect(findNeedFixes({ all: ['things:write'] })).toEqual([
      { kind: 'role', roles: ['owner'], text: 'give service account `bot` a role that has `things:write`: `owner`' },
      { kind: 'identity', roles: ['owner'], text: 'call as a principal with the role `owner`' },
    ]);
  });

  it('are the permission itself if no role has it', () => {
    expect(findNeedFixes({ all: ['things:burn'] })).toEqual([
      { kind: 'grant', text: 'give service account `bot` `things:burn`' },
    ]);
  });

  it('are the roles with one of the alternatives', () => {
    expect(findNeedFixes({ any: ['things:read', 'things:burn'] })[0]).toMatchObject({
      kind: 'role',
      roles: ['reader', 'owner'],
    });
  });
});

describe('the fixes of a service', () => {
  const fix = { kind: 'policy', text: 'add the scope' } as const;
  const remedy = { kind: 'credential', text: 'make another' } as const;
  const tables: Tables = { ...TOY_TABLES, remedies: { missing_scope: remedy } };
  const accessRequest = ask({ needs: { all: ['play'] } });
  type Found = ReturnType<NonNullable<Parameters<typeof findFixes>[2]>>;
  const listFixes = (found: Found, lookedUp: Parameters<typeof decisionOn>[2] = null) =>
    findFixes(decisionOn(accessRequest, key([]), lookedUp), tables, () => found);

  it('are found from the decision, its input and its reason', () => {
    const calls: unknown[][] = [];
    const decision = decisionOn(accessRequest, key([]), null);
    findFixes(decision, tables, (...parts) => {
      calls.push(parts);
      return null;
    });

    expect(calls).toEqual([[decision, decision.input, 'missing_scope']]);
    expect(listFixes({ fixes: [fix] })).toEqual([fix]);
    expect(listFixes({ fixes: [fix], otherwise: 'missing_scope' }, { found: 'nothing' })).toEqual([fix]);
  });

  it('may be only a remedy, or none', () => {
    expect(listFixes({ fixes: [], otherwise: 'missing_scope' })).toEqual([remedy]);
    expect(listFixes({ fixes: [] })).toEqual([]);
    expect(listFixes({ fixes: [] }, { found: 'object', target: {} })).toEqual([]);
  });

  it('are not used if the object is unknown or foreign', () => {
    expect(listFixes({ fixes: [], otherwise: 'missing_scope' }, { found: 'nothing' })).toEqual([
      { kind: 'object', text: 'use an id from the list of objects; ids of deleted objects are not reused' },
    ]);
    expect(listFixes({ fixes: [], otherwise: 'missing_scope' }, { found: 'foreign', owner: 'bo' })).toEqual([
      { kind: 'identity', text: 'call as the owner' },
    ]);
  });

  it('are replaced by the remedy if the service returns null', () => {
    expect(listFixes(null)).toEqual([remedy]);
  });

  it('are not searched for an allowed call', () => {
    expect(findFixes(decisionOn(ask(), key([]), null), tables, () => ({ fixes: [fix] }))).toEqual([]);
  });
});

describe('a denial that no right can turn', () => {
  const remedy = { kind: 'credential', text: 'make another' } as const;
  const tables: Tables = {
    ...TOY_TABLES,
    remedies: { expired_key: remedy, closed_to_keys: remedy, foreign_object: remedy },
  };
  const createDenial = (reason: DenyReason): Decision => ({
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

  it('has the remedy of its service', () => {
    expect(findFixes(createDenial('expired_key'), tables)).toEqual([remedy]);
  });

  it('has the remedy of its service for keys, too', () => {
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
  ] as const)('has a common remedy: %s', (reason) => {
    expect(findFixes(createDenial(reason), TOY_TABLES)).toEqual([
      { kind: expect.stringMatching(/^(authenticate|object|identity)$/), text: expect.stringMatching(/.{10,}/) },
    ]);
  });

  it('has the remedy for the organisation if the path names another', () => {
    expect(findFixes(decisionOn(ask({}, { org: 'other' }), key([]), null), TOY_TABLES)).toEqual([
      expect.objectContaining({ kind: 'identity', text: expect.stringContaining('organisation') }),
    ]);
  });

  it('has no fix if no remedy is known', () => {
    expect(findFixes(createDenial('expired_key'), TOY_TABLES)).toEqual([]);
  });
});

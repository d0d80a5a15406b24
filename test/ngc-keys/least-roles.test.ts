/**
 * What is told of the least rights of a personal key. That they are the least, whatever it did: `least-rights.test.ts`.
 */
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/decisions/decide.ts';
import type { Rule } from '../../src/decisions/rule.ts';
import { createRuleset, type Ruleset } from '../../src/decisions/ruleset.ts';
import type { Use } from '../../src/decisions/uses.ts';
import { findLeastRightsOfKey } from '../../src/ngc-keys/least-rights.ts';
import { keyOfUser, personalKey, ruleOf, sourced, TOY_TABLES, toyLaw } from '../decisions/toy-law.ts';

const use = (rule: Partial<Rule>, ruleset: Ruleset = toyLaw): Use => ({
  operation: 'o',
  accessRequest: { rule: ruleOf(rule), ruleset },
  lookedUp: null,
  example: { method: 'GET', path: '/toys' },
});
const min = (caller: Caller | null, ...uses: readonly Use[]) =>
  findLeastRightsOfKey({} as never, { principal: { ...personalKey, user: 'ada@acme.test' }, caller, uses });
const PLAY = { needs: { all: ['play'] } };
const MEND = { needs: { all: ['mend'] } };

describe('the least rights of a personal key', () => {
  it('are roles, as seeds write them, beside those of its user', async () => {
    const reported = await min(keyOfUser(['Parent'], { services: ['toys', 'games'] }), use(PLAY));

    expect(reported).toMatchObject({
      held: { services: ['toys', 'games'], roles: ['Parent'] },
      smallest: { services: ['toys'], roles: ['Player'] },
      unused: [],
      broader: [
        { what: 'role', held: ['Parent'], enough: ['Player'] },
        { what: 'services', held: ['toys', 'games'], enough: ['toys'] },
      ],
      beyond: [],
    });
    expect(reported.seed).toEqual({
      ngc: {
        keys: [
          {
            org: 'acme',
            name: 'laptop',
            type: 'personal',
            user: 'ada@acme.test',
            services: ['toys'],
            roles: ['Player'],
          },
        ],
      },
    });
    expect(reported.heldRights(toyLaw)).toEqual({
      roles: ['Player'],
      held: new Set(['play', 'look']),
      resources: null,
      services: ['toys'],
      pending: [],
    });
  });

  it('are told of a key that is gone, too', async () => {
    expect(await min(null, use(MEND))).toMatchObject({
      held: null,
      smallest: { services: ['toys'], roles: ['Parent'] },
      unused: [],
      broader: [],
    });
  });

  it('are none, if it did nothing', async () => {
    expect(await min(keyOfUser(['Player']))).toMatchObject({
      smallest: { services: [], roles: [] },
      unused: ['Player'],
      broader: [],
    });
  });

  it('leave out what no role allows', async () => {
    const never = use({ needs: { all: ['fly'] } });
    const reported = await min(keyOfUser(['Player']), never, use(PLAY));

    expect(reported.beyond).toEqual([never]);
    expect(reported.smallest['roles']).toEqual(['Player']);
  });

  it('have a role of the user that no law knows, if only that allows it', async () => {
    const reported = await min(keyOfUser(['Guest', 'Player']), use({ needs: { roles: ['Guest'] } }));

    expect(reported).toMatchObject({ smallest: { roles: ['Guest'] }, unused: ['Player'], broader: [] });
  });

  it('have the role that its user has, of two that bring as much', async () => {
    const twins = ['One', 'Two'].map((name) => ({ name, permissions: ['mend'], ...sourced }));
    const ruleset = createRuleset('toys', null, { ...TOY_TABLES, roles: twins } as never);

    for (const role of ['One', 'Two']) {
      const reported = await min(keyOfUser([role]), use(MEND, ruleset));
      expect(reported).toMatchObject({ smallest: { roles: [role] }, unused: [], broader: [] });
    }
  });

  it('are counted over all services that it was used for', async () => {
    const games = createRuleset('games', null, { ...TOY_TABLES, product: 'nv-games' } as never);
    const reported = await min(keyOfUser(['Parent'], { services: ['toys', 'games'] }), use(PLAY), use(MEND, games));

    expect(reported).toMatchObject({ smallest: { services: ['toys', 'games'], roles: ['Parent'] }, broader: [] });
  });

  it('do not call another role larger that brings the same', async () => {
    const small = { name: 'Small', permissions: ['play'], ...sourced };
    const odd = { name: 'Odd', permissions: ['play', 'look'], ...sourced };
    const ruleset = createRuleset('toys', null, { ...TOY_TABLES, roles: [small, odd] } as never);

    expect(await min(keyOfUser(['Odd']), use(PLAY, ruleset))).toMatchObject({
      smallest: { roles: ['Small'] },
      broader: [{ what: 'role', held: ['Odd'], enough: ['Small'] }],
    });
    expect(await min(keyOfUser(['Small', 'Odd']), use(PLAY, ruleset))).toMatchObject({
      smallest: { roles: ['Small'] },
      unused: ['Odd'],
      broader: [],
    });
  });
});

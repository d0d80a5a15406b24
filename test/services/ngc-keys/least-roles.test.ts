/**
 * The report of the least rights of a personal key. Their minimality is tested in `least-rights.test.ts`.
 */
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/decisions/decide.ts';
import type { Rule } from '../../../src/decisions/rule.ts';
import { createRuleset, type Ruleset } from '../../../src/decisions/ruleset.ts';
import type { Use } from '../../../src/decisions/uses.ts';
import { findLeastRightsOfKey } from '../../../src/services/ngc-keys/least-rights.ts';
import { keyOfUser, personalKey, ruleOf, sourced, TOY_TABLES, toyLaw } from '../../decisions/toy-law.ts';

const createUse = (rule: Partial<Rule>, ruleset: Ruleset = toyLaw): Use => ({
  operation: 'o',
  accessRequest: { rule: ruleOf(rule), ruleset },
  lookedUp: null,
  example: { method: 'GET', path: '/toys' },
});
const findLeastRoles = (caller: Caller | null, ...uses: readonly Use[]) =>
  findLeastRightsOfKey({} as never, { principal: { ...personalKey, user: 'ada@acme.test' }, caller, uses });
const PLAY = { needs: { all: ['play'] } };
const MEND = { needs: { all: ['mend'] } };

describe('the least rights of a personal key', () => {
  it('are roles in the format of seeds, compared with the roles of the user', async () => {
    const result = await findLeastRoles(keyOfUser(['Parent'], { services: ['toys', 'games'] }), createUse(PLAY));

    expect(result).toMatchObject({
      held: { services: ['toys', 'games'], roles: ['Parent'] },
      smallest: { services: ['toys'], roles: ['Player'] },
      unused: [],
      broader: [
        { what: 'role', held: ['Parent'], enough: ['Player'] },
        { what: 'services', held: ['toys', 'games'], enough: ['toys'] },
      ],
      impossible: { roles: [] },
    });
    expect(result.seedEntry).toEqual({
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
    expect(result.toHeldRights(toyLaw)).toEqual({
      roles: ['Player'],
      permissions: new Set(['play', 'look']),
      resources: null,
      services: ['toys'],
      pending: [],
    });
  });

  it('are reported for a deleted key', async () => {
    expect(await findLeastRoles(null, createUse(MEND))).toMatchObject({
      held: null,
      smallest: { services: ['toys'], roles: ['Parent'] },
      unused: [],
      broader: [],
    });
  });

  it('are empty without requests', async () => {
    expect(await findLeastRoles(keyOfUser(['Player']))).toMatchObject({
      smallest: { services: [], roles: [] },
      unused: ['Player'],
      broader: [],
    });
  });

  it('exclude requests that no role allows', async () => {
    const impossible = createUse({ needs: { all: ['fly'] } });
    const result = await findLeastRoles(keyOfUser(['Player']), impossible, createUse(PLAY));

    expect(result.impossible?.roles).toEqual([impossible]);
    expect(result.smallest['roles']).toEqual(['Player']);
  });

  it('include an unknown role of the user if only that role allows the request', async () => {
    const result = await findLeastRoles(keyOfUser(['Guest', 'Player']), createUse({ needs: { roles: ['Guest'] } }));

    expect(result).toMatchObject({ smallest: { roles: ['Guest'] }, unused: ['Player'], broader: [] });
  });

  it('include the role that the user has if two roles grant the same', async () => {
    const twins = ['One', 'Two'].map((name) => ({ name, permissions: ['mend'], ...sourced }));
    const ruleset = createRuleset('toys', null, { ...TOY_TABLES, roles: twins } as never);

    for (const role of ['One', 'Two']) {
      const result = await findLeastRoles(keyOfUser([role]), createUse(MEND, ruleset));
      expect(result).toMatchObject({ smallest: { roles: [role] }, unused: [], broader: [] });
    }
  });

  it('cover all services that the key was used for', async () => {
    const games = createRuleset('games', null, { ...TOY_TABLES, product: 'nv-games' } as never);
    const result = await findLeastRoles(
      keyOfUser(['Parent'], { services: ['toys', 'games'] }),
      createUse(PLAY),
      createUse(MEND, games),
    );

    expect(result).toMatchObject({ smallest: { services: ['toys', 'games'], roles: ['Parent'] }, broader: [] });
  });

  it('report a larger role as broader, but only as unused if the user also has the smaller role', async () => {
    const small = { name: 'Small', permissions: ['play'], ...sourced };
    const large = { name: 'Odd', permissions: ['play', 'look'], ...sourced };
    const ruleset = createRuleset('toys', null, { ...TOY_TABLES, roles: [small, large] } as never);

    expect(await findLeastRoles(keyOfUser(['Odd']), createUse(PLAY, ruleset))).toMatchObject({
      smallest: { roles: ['Small'] },
      broader: [{ what: 'role', held: ['Odd'], enough: ['Small'] }],
    });
    expect(await findLeastRoles(keyOfUser(['Small', 'Odd']), createUse(PLAY, ruleset))).toMatchObject({
      smallest: { roles: ['Small'] },
      unused: ['Odd'],
      broader: [],
    });
  });
});

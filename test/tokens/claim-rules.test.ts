import { describe, expect, it } from 'vitest';
import { changeClaims, findClaimRulesProblem, pickClaimsSetByRules } from '../../src/tokens/claim-rules.ts';

describe('a claim rule', () => {
  it('neither sets nor removes the protected claim', () => {
    const claims = { sub: 'a', aud: 'client' };

    expect(changeClaims(claims, [{ set: { aud: 'api' } }, { remove: ['aud'] }], 'aud')).toEqual(claims);
  });

  it('sets no claim of the tokens of another subject', () => {
    const claims = { sub: 'a', team: 'from elsewhere' };

    expect(pickClaimsSetByRules(claims, 'Ada', [{ sub: 'b', set: { team: 'x' } }])).toEqual({});
    expect(pickClaimsSetByRules(claims, 'Ada', [{ sub: 'Ada', set: { team: 'x' } }])).toEqual({ team: claims.team });
  });

  it('is accepted if all rules have at most 4096 characters as JSON', () => {
    const buildRules = (length: number) => {
      const empty = JSON.stringify([{ set: { long: '' } }]);
      return [{ set: { long: 'x'.repeat(length - empty.length) } }];
    };

    expect(findClaimRulesProblem(buildRules(4096))).toBeNull();
    expect(findClaimRulesProblem(buildRules(4097))).toMatchObject({ index: null });
  });
});

import { expect, it } from 'vitest';
import { hashAccessToken, matchesChallenge } from '../../src/tokens/secret.ts';

/** RFC 7636, appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

it('a verifier matches only the challenge that is its hash', () => {
  expect(matchesChallenge(VERIFIER, CHALLENGE)).toBe(true);
  expect(matchesChallenge(`${VERIFIER}x`, CHALLENGE)).toBe(false);
  expect(matchesChallenge(VERIFIER, CHALLENGE.slice(1))).toBe(false);
});

it('the hash of an access token is the left half of its SHA-256', () => {
  // OpenID Connect Core 1.0, A.3
  expect(hashAccessToken('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y')).toBe('77QmUPtjPfzWtF2AnpK9RQ');
});

/** Hints for arbitrary requests: they never fail a request and never reveal a secret. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConfig } from '../../../../src/app/config.ts';
import { findHints, GENERAL_HINTS } from '../../../../src/decisions/explaining/hints/index.ts';
import { parseCredential, type RefusedRequest } from '../../../../src/decisions/explaining/hints/refused-request.ts';
import { HTTP_STATUS, type ProblemKind } from '../../../../src/decisions/problem.ts';
import type { CredentialReason } from '../../../../src/decisions/reasons.ts';
import { segmentsOf } from '../../../../src/lib/path-template.ts';
import { ALL_REASONS } from '../../../../src/services/index.ts';
import { NASTY } from '../../../long/fuzz/values.ts';
import { roundsOf, seedNumberOf } from '../../../support/properties.ts';
import { testServer } from '../../../support/server.ts';
import { SERVICES } from '../../../support/services.ts';

const RULES = [...GENERAL_HINTS, ...SERVICES.flatMap(({ decisionHelp }) => decisionHelp?.hints ?? [])];
const REASONS = Object.keys(ALL_REASONS) as CredentialReason[];
const KINDS = Object.keys(HTTP_STATUS) as ProblemKind[];
const OPERATIONS = ['grant_token', 'grant_token_v2', 'grant_realm_token', 'get_access_keys', null];
const WORDS = ['Bearer', 'bearer', 'Basic', 'Token', 'nvapi-', 'eyJ', '"', "'", '\\n', '%0A', ' ', ':', '<', '/', '//'];
const NAMES = ['grantType', 'grant_type', 'clientID', 'client_id', 'appID', 'AppId', 'clientSecret', 'refreshToken'];

/** A secret of characters that distinguish it from the text of hints. */
const secret = fc.string({ unit: fc.constantFrom(...'QXZJKVWYqxzjkvwy0123456789'), minLength: 24, maxLength: 64 });
const text = fc.oneof(fc.string(), fc.constantFrom(...NASTY), fc.constantFrom(...WORDS), secret);
const joined = fc.array(text, { maxLength: 6 }).map((parts) => parts.join(''));
const jwt = fc.tuple(fc.constantFrom('iss', 'sub', 'typ', 'azp', 'iat', 'jti'), fc.anything()).map(([name, value]) => {
  const claims = Buffer.from(JSON.stringify({ [name]: value }) ?? '').toString('base64url');
  return `Bearer eyJhbGciOiJSUzI1NiJ9.${claims}.x`;
});
const path = fc.array(fc.oneof(text, fc.constantFrom('api', 'v1', 'token', 'users', '')), { maxLength: 8 });

const refused: fc.Arbitrary<RefusedRequest> = fc
  .record({
    line: fc.oneof(joined, jwt),
    path: path.map((parts) => `/${parts.join('/')}`),
    operation: fc.constantFrom(...OPERATIONS),
    bodyForm: fc.constantFrom('json', 'form', 'bytes', null),
    sent: fc.oneof(joined, fc.constant(null)),
    fields: fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), text), fc.oneof(joined, fc.anything())),
    type: fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain', '', '\u2028'),
    kind: fc.constantFrom(...KINDS),
    reason: fc.constantFrom(...REASONS, undefined),
    message: text,
    runai: fc.constantFrom('2.19', '2.24', '3.0'),
    resetAt: fc.constantFrom(null, 0, 1_700_000_000_000),
    clockBeforeReset: fc.constantFrom(null, 0, 1_700_000_000_000),
    refusalCount: fc.nat(5),
  })
  .map(
    ({
      line,
      operation,
      bodyForm,
      sent,
      fields,
      type,
      kind,
      reason,
      message,
      runai,
      resetAt,
      clockBeforeReset,
      refusalCount,
      ...rest
    }) => ({
      ...rest,
      service: 'runai',
      serviceTitle: 'NVIDIA Run:ai',
      operation,
      bodyForm,
      method: 'GET',
      query: fields,
      headers: new Map([
        ['authorization', [line]],
        ['content-type', [type]],
      ]),
      credential: parseCredential(line),
      text: sent,
      fields,
      problem: { kind, reason, message },
      decision: null,
      settings: createConfig({ runai: runai as '2.24' }).config,
      now: 1_700_000_000_000,
      origin: 'http://localhost:6625',
      world: { id: 'default', grantMark: '0123456789ab', resetAt, clockBeforeReset },
      refusalCount,
      servedPaths: ['/api/v1/token', '/api/v1/users/{userId}', '/api/v3/simulations/'].map((item) => ({
        method: 'POST',
        path: item,
        segments: segmentsOf(item),
      })),
      otherVersions: null,
    }),
  );

/** Runs of these characters that are long enough to be a generated secret. */
const SECRET = /[QXZJKVWYqxzjkvwy0-9]{24,}/;

describe('for any request,', () => {
  it('there are at most three hints, in ASCII and without secrets', () => {
    fc.assert(
      fc.property(refused, (item) => {
        const hints = findHints(RULES, item);
        expect(hints.length).toBeLessThanOrEqual(3);
        for (const hint of hints) {
          expect(hint.text).toMatch(/^[\x20-\x7e]{20,600}$/);
          expect(hint.text).not.toMatch(SECRET);
        }
      }),
      { numRuns: roundsOf(3000, 0.1), seed: seedNumberOf(14) },
    );
  });

  it('each rule returns a hint or null', () => {
    fc.assert(
      fc.property(refused, fc.constantFrom(...RULES), (item, { when }) => {
        const reported = when(item);
        const text = typeof reported === 'string' ? reported : reported?.text;
        expect(text === undefined || text.length >= 20).toBe(true);
      }),
      { numRuns: roundsOf(3000, 0.1), seed: seedNumberOf(15) },
    );
  });

  it('no request fails inside', async () => {
    const server = await testServer();
    const header = joined.map((line) => line.replaceAll(/[^\x20-\x7e]/g, ''));
    const sent = fc.record({ authorization: header, parts: path, body: joined, operation: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(sent, async ({ authorization, parts, body, operation }) => {
        const segments = parts.map((part) => encodeURIComponent(part.replaceAll(/\p{Surrogate}/gu, '?'))).join('/');
        const request = operation ? 'POST /api/v1/token' : `GET /api/v1/${segments}`;
        const { status, headers } = await server.call(request, { body, headers: { authorization } });
        // The test server fails a test for each 500, too.
        expect(status).not.toBe(500);
        expect(String(headers['x-mock-hint'] ?? '')).toMatch(/^[\x20-\x7e]{0,600}$/);
      }),
      { numRuns: roundsOf(300, 0.1), seed: seedNumberOf(16) },
    );
  });
});

describe('the cost of hints is linear in the size of the request,', () => {
  const createWorst = (size: number): RefusedRequest[] => {
    const [sample] = fc.sample(refused, { numRuns: 1, seed: 17 });
    const base = {
      ...(sample as RefusedRequest),
      problem: { kind: 'unknown_path', reason: undefined, message: '' } as const,
    };
    const long = 'a'.repeat(size);
    return [
      { ...base, path: `/${'a/'.repeat(size / 2)}` },
      { ...base, path: `/${long}` },
      {
        ...base,
        problem: { kind: 'invalid_request', reason: undefined, message: '' },
        text: `${long}=`,
        fields: { [long]: long },
      },
      {
        ...base,
        problem: { kind: 'bad_client', reason: 'wrong_secret', message: '' },
        fields: { clientSecret: ' '.repeat(size) },
      },
      ...[`Bearer ${long}`, ' '.repeat(size), `Bearer ${'"'.repeat(size)}x`, `eyJ${long}.`].map((line) => ({
        ...base,
        problem: { kind: 'unauthenticated', reason: 'wrong_scheme', message: '' } as const,
        headers: new Map([['authorization', [line]]]),
        credential: parseCredential(line),
      })),
    ];
  };

  it('even for the longest input', () => {
    // A rule that took quadratic time would need minutes for these.
    for (const item of createWorst(256 * 1024)) expect(findHints(RULES, item).length).toBeLessThanOrEqual(3);
  }, 5000);
});

import { createHmac, createPublicKey, type JsonWebKey, type KeyObject, verify as verifySignature } from 'node:crypto';
import { createRequire } from 'node:module';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { Verify } from '../../src/library/verifier.ts';

/** The tested part of the library, which has no types. */
const jsonwebtoken = createRequire(import.meta.url)('jsonwebtoken') as {
  decode(token: string, options: { complete: true }): { header: { kid?: string } } | null;
  verify(token: string, key: KeyObject, options: object): { typ?: string };
};

interface Jwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: string;
}

async function fetchKeys(jwksUri: string): Promise<readonly Jwk[]> {
  return ((await (await fetch(jwksUri)).json()) as { keys: Jwk[] }).keys;
}

/** `jose`, configured as in the docs. */
export const joseVerifier: Verify = async (token, { issuer, jwksUri, audience }) => {
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUri)), {
    issuer,
    algorithms: ['RS256', 'ES256'],
    requiredClaims: ['sub', 'exp'],
    ...(audience !== null && { audience }),
  });
  if (payload['typ'] !== 'Bearer') throw new Error('this is no access token');
};

/** `jsonwebtoken`, configured as strictly as it allows. */
export const jsonwebtokenVerifier: Verify = async (token, { issuer, jwksUri, audience }) => {
  const kid = jsonwebtoken.decode(token, { complete: true })?.header.kid;
  const jwk = (await fetchKeys(jwksUri)).find((one) => one.kid === kid);
  if (jwk === undefined) throw new Error('the key is not in the JWKS');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const options = { issuer, algorithms: [jwk.alg], ...(audience !== null && { audience }) };
  if (jsonwebtoken.verify(token, key, options).typ !== 'Bearer') throw new Error('this is no access token');
};

/** A verifier with typical mistakes. */
export const naiveVerifier: Verify = async (token, { issuer, jwksUri, audience }) => {
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64').toString());
  const claims = JSON.parse(Buffer.from(body, 'base64').toString());
  const keys = await fetchKeys(header.jku ?? jwksUri);
  const jwk = header.jwk ?? keys.find(({ kid }) => kid === header.kid) ?? keys[0];
  const key = createPublicKey(
    header.x5c === undefined
      ? { key: jwk, format: 'jwk' }
      : `-----BEGIN CERTIFICATE-----\n${header.x5c[0]}\n-----END CERTIFICATE-----`,
  );
  if (header.alg.toLowerCase() !== 'none' && !isSigned(header.alg, `${head}.${body}`, signature, key))
    throw new Error('bad signature');
  if (typeof claims.exp === 'number' && claims.exp * 1000 < Date.now()) throw new Error('expired');
  if (claims.iss !== undefined && !claims.iss.startsWith(issuer)) throw new Error('wrong issuer');
  if (audience !== null && claims.aud !== undefined && !claims.aud.includes(audience)) throw new Error('not for us');
};

function isSigned(alg: string, input: string, signature: string, key: KeyObject): boolean {
  const bytes = Buffer.from(signature, 'base64');
  if (alg === 'HS256') {
    const pem = key.export({ format: 'pem', type: 'spki' });
    return createHmac('sha256', pem).update(input).digest().equals(bytes);
  }
  const digest = `sha${alg.slice(2)}`;
  return verifySignature(digest, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, bytes);
}

export interface Tried {
  readonly title: string;
  /** Null if the test passed; `skipped` if it was. */
  readonly fault: string | null;
}

/** Runs the tests that a test runner would collect, and returns the results. */
export async function runVerifierTests(describing: (hooks: Collecting) => void): Promise<readonly Tried[]> {
  const tests: [title: string, run: (...given: readonly unknown[]) => Promise<void>][] = [];
  const before: (() => Promise<void>)[] = [];
  const after: (() => Promise<void>)[] = [];
  describing({
    describe: (_name, body) => body(),
    it: (title, run) => tests.push([title, run]),
    beforeAll: (hook) => before.push(hook),
    afterAll: (hook) => after.push(hook),
  });
  for (const hook of before) await hook();
  const results: Tried[] = [];
  for (const [title, run] of tests) {
    let isSkipped = false;
    const skip = () => {
      isSkipped = true;
    };
    const fault = await run({ skip }).then(
      () => (isSkipped ? 'skipped' : null),
      (thrown: Error) => thrown.message,
    );
    results.push({ title, fault });
  }
  for (const hook of after) await hook();
  return results;
}

export interface Collecting {
  describe(name: string, body: () => void): void;
  it(title: string, run: (...given: readonly unknown[]) => Promise<void>): void;
  beforeAll(hook: () => Promise<void>): void;
  afterAll(hook: () => Promise<void>): void;
}

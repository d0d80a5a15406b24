import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JwkSet } from '../../src/tokens/jwk-set.ts';
import { type Answer, START, type TestServer, testServer } from './server.ts';

export const ISSUER = 'https://idp.acme.test';
export const SECONDS = START / 1000;

export type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

/** Returns a JWK set with these keys, with their names as `kid`. */
export async function jwkSetOf(pairs: Readonly<Record<string, KeyPair>>): Promise<JwkSet> {
  const keys = Object.entries(pairs).map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid }));
  return { keys: await Promise.all(keys) };
}

export const pair: KeyPair = await generateKeyPair('ES256');

/** Signs a token of the issuer that is valid except for the given changes. Undefined removes a claim. */
export function tokenOf(
  claims: object = {},
  {
    kid = 'one',
    key = pair.privateKey,
    alg = 'ES256',
  }: { kid?: string | null; key?: KeyPair['privateKey']; alg?: string } = {},
): Promise<string> {
  const good = { iss: ISSUER, sub: 'admin-issuer-proxy', scopes: ['list_functions'], exp: SECONDS + 600 };
  return new SignJWT({ ...good, ...claims }).setProtectedHeader({ alg, ...(kid !== null && { kid }) }).sign(key);
}

/** Writes a new file with a JWK set. */
export function jwksFile(set: object): string {
  const file = join(mkdtempSync(join(tmpdir(), 'issuer-')), 'jwks.json');
  writeFileSync(file, JSON.stringify(set));
  return file;
}

interface TrustedServer {
  readonly server: TestServer;
  /** The file with the issuer's keys, which is read again when a key is missing. */
  readonly file: string;
  /** Sends a request with a token of the issuer. @param claims in addition to the scopes */
  call(request: string, scopes: readonly string[], claims?: object, body?: unknown): Promise<Answer>;
}

/** Starts self-hosted Cloud Functions that trust an issuer. */
export async function trustedServer(
  config: Parameters<typeof testServer>[0] = {},
  parts: Parameters<typeof testServer>[1] = {},
): Promise<TrustedServer> {
  const file = jwksFile(await jwkSetOf({ one: pair }));
  const server = await testServer({ nvcf: 'open-source', nvcfTrustedIssuer: [`${ISSUER}=${file}`], ...config }, parts);
  return {
    server,
    file,
    call: async (request, scopes, claims = {}, body = undefined) =>
      server.call(request, { token: await tokenOf({ scopes, ...claims }), ...(body !== undefined && { body }) }),
  };
}

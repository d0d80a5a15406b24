import { readFixture } from '../lib/assets.ts';
import { readDocument } from '../lib/document-file.ts';
import { explainUnreadable, UserError } from '../lib/errors.ts';
import { isOneOf } from '../lib/members.ts';
import { MEGABYTE } from '../lib/memory.ts';
import { showValue } from '../lib/redact.ts';
import { readTextFile } from '../lib/text-file.ts';
import { createTimeoutSignal } from '../lib/time.ts';
import { createIdentityProvider, type ExpectedClaims, type IdentityProvider } from '../tokens/identity-provider.ts';
import { createVerifier, findJwkSetProblem, type JwkSet, type JwkSource } from '../tokens/jwk-set.ts';
import { importSigningKey, readSigningKey, SIGNING_ALGORITHMS, type SigningKey } from '../tokens/keys.ts';
import { createTrustedIssuer, type TrustedIssuer } from '../tokens/trusted-issuer.ts';
import type { Config } from './options.ts';

/** Returns the key of `--signing-key`, which signs tokens. @throws UserError if it cannot be read, or is not such a key */
export async function readSigningKeyOption({ signingKey }: Config): Promise<SigningKey> {
  if (isOneOf(SIGNING_ALGORITHMS, signingKey)) {
    const jwk = await readFixture('runai', `signing-key.${signingKey.toLowerCase()}.json`);
    return importSigningKey(jwk as Parameters<typeof importSigningKey>[0], signingKey);
  }
  const name = `--signing-key ${showValue(signingKey)}`;
  const text = await readTextFile(signingKey).catch((cause: unknown) => {
    const message = `${name} cannot be read: ${explainUnreadable(cause)}. Give the path of a readable file, or \`RS256\` or \`ES256\` for a test key.`;
    throw new UserError(message, { cause });
  });
  return readSigningKey(text, name);
}

const JWKS_TIMEOUT_MS = 5000;

/** Returns the provider of `--runai-idp`; null without it. @throws UserError if its JWK set cannot be used */
export async function readIdentityProvider({ runaiIdp }: Config): Promise<IdentityProvider | null> {
  const { source, ...expected } = parseIdentityProvider(runaiIdp);
  if (source === undefined) return null;
  const jwks = await openJwkSource(source, '--runai-idp', `--runai-idp ${showValue(source)}`);
  return createIdentityProvider(createVerifier(jwks, 'the identity provider'), expected);
}

/** Returns the issuers of `--nvcf-trusted-issuer`, by name. @throws UserError if the options cannot be used */
export async function readTrustedIssuers({
  nvcf,
  nvcfTrustedIssuer,
  nvcfAdminIssuer,
}: Config): Promise<ReadonlyMap<string, TrustedIssuer>> {
  const option = '--nvcf-trusted-issuer';
  if (nvcfTrustedIssuer.length > 0 && nvcf === 'documented') {
    throw new UserError(
      `${option} has no effect with \`--nvcf documented\`, which accepts keys only. Add \`--nvcf open-source\`.`,
    );
  }
  const issuers = new Map<string, TrustedIssuer>();
  for (const text of nvcfTrustedIssuer) {
    // The option has checked that neither part is empty.
    const index = text.indexOf('=');
    const [issuer, source] = [text.slice(0, index), text.slice(index + 1)];
    const name = `${option} ${showValue(issuer)}`;
    if (issuers.has(issuer)) throw new UserError(`${name} is given twice. Keep one of them.`);
    if (issuer === nvcfAdminIssuer) {
      throw new UserError(
        `${name} is the issuer of administrators' tokens. Remove it, or set another issuer with --nvcf-admin-issuer.`,
      );
    }
    const jwks = await openJwkSource(source, option, `${name}=${showValue(source)}`);
    issuers.set(issuer, createTrustedIssuer(issuer, createVerifier(jwks, showValue(issuer))));
  }
  return issuers;
}

/** Returns a JWK set that is loaded when it is needed. Files are also read immediately: mistakes stop the startup. */
async function openJwkSource(source: string, option: string, name: string): Promise<JwkSource> {
  const shownSource = showValue(source);
  if (!/^https?:/i.test(source)) {
    const load = async () => checkJwkSet(await readDocument(source, option));
    await load().catch((cause: unknown) => {
      if (cause instanceof UserError) throw cause;
      throw new UserError(`${name} cannot be used: ${(cause as Error).message}.`, { cause });
    });
    return { name: shownSource, isLocal: true, load };
  }
  if (!isFetchable(source)) {
    throw new UserError(
      `${name} is not a URL that can be fetched. Use a URL without user name and password, or a file.`,
    );
  }
  return { name: shownSource, isLocal: false, load: async () => checkJwkSet(JSON.parse(await fetchText(source))) };
}

const MAX_JWKS_BYTES = MEGABYTE;

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: createTimeoutSignal(JWKS_TIMEOUT_MS) }).catch((cause: unknown) => {
    throw new Error('there is no response', { cause });
  });
  if (!response.ok) throw new Error(`the response is ${response.status}`);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_JWKS_BYTES) throw new Error('it is larger than a megabyte');
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString();
}

function parseIdentityProvider(texts: readonly string[]): ExpectedClaims & { readonly source?: string } {
  const parts = new Map<string, string>();
  for (const text of texts) {
    // Anything without one of these prefixes is the source of the JWK set.
    const [, name = 'source', value = text] = /^(issuer|audience)=(.*)$/s.exec(text) ?? [];
    if (parts.has(name)) {
      const duplicate = name === 'source' ? 'two JWK sets' : `\`${name}=\` twice`;
      throw new UserError(`--runai-idp has ${duplicate}. Keep one of them.`);
    }
    parts.set(name, value);
  }
  if (parts.size > 0 && !parts.has('source')) {
    const [name] = parts.keys();
    const message = `--runai-idp ${name}=... needs a JWK set. Give its URL or file with another --runai-idp, or remove this one.`;
    throw new UserError(message);
  }
  return Object.fromEntries(parts);
}

/** `fetch` rejects URLs with a user name or a password. */
function isFetchable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}

async function checkJwkSet(value: unknown): Promise<JwkSet> {
  const problem = await findJwkSetProblem(value);
  if (problem !== null) throw new Error(problem);
  // Each key was imported successfully.
  return value as JwkSet;
}

import { readDocument } from '../config/config.ts';
import type { Config } from '../config/options.ts';
import { whyUnreadable } from '../core/file-fault.ts';
import { isOneOf } from '../core/members.ts';
import { showValue } from '../core/redact.ts';
import { Unusable } from '../core/unusable.ts';
import { fixture } from '../platform/assets.ts';
import { readTextFile } from '../platform/text-file.ts';
import { timeoutSignal } from '../platform/time.ts';
import { type Expected, type IdentityProvider, identityProviderOf } from '../tokens/identity-provider.ts';
import { type JwkSet, verifierOf } from '../tokens/jwk-set.ts';
import { readSigningKey, SIGNING_ALGORITHMS, type SigningKey, signingKeyOf } from '../tokens/keys.ts';
import { type TrustedIssuer, trustedIssuerOf } from '../tokens/trusted-issuer.ts';

/** The key with which tokens are signed. @throws Unusable */
export async function signingKeyFrom({ signingKey }: Config): Promise<SigningKey> {
  if (isOneOf(SIGNING_ALGORITHMS, signingKey)) {
    const jwk = await fixture('runai', `signing-key.${signingKey.toLowerCase()}.json`);
    // The shipped test keys are JWKs.
    return signingKeyOf(jwk as Parameters<typeof signingKeyOf>[0], signingKey);
  }
  const name = `--signing-key ${showValue(signingKey)}`;
  const text = await readTextFile(signingKey).catch((cause: unknown) => {
    const message = `${name} cannot be read: ${whyUnreadable(cause)}. Give the path of a file that can, or \`RS256\` or \`ES256\` for a test key.`;
    throw new Unusable(message, { cause });
  });
  return readSigningKey(text, name);
}

/** How long fetching a JWK set may take, in milliseconds. */
const KEYS_TIMEOUT = 5000;

/** The provider of `--runai-idp`; null without it. @throws Unusable */
export async function identityProviderFrom({ runaiIdp }: Config): Promise<IdentityProvider | null> {
  const { source, ...expected } = partsOf(runaiIdp);
  if (source === undefined) return null;
  const name = `--runai-idp ${showValue(source)}`;
  const load = await loaderOf(source, '--runai-idp', name);
  return identityProviderOf(verifierOf(load, showValue(source), 'the identity provider'), expected);
}

/** The issuers of `--nvcf-trusted-issuer`, by name. @throws Unusable */
export async function trustedIssuersFrom({
  nvcf,
  nvcfTrustedIssuer,
  nvcfAdminIssuer,
}: Config): Promise<ReadonlyMap<string, TrustedIssuer>> {
  const issuers = new Map<string, TrustedIssuer>();
  for (const text of nvcfTrustedIssuer) {
    const [, issuer = '', source = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    const name = `--nvcf-trusted-issuer ${showValue(issuer)}`;
    if (nvcf === 'documented') {
      throw new Unusable(
        `${name} has no effect with \`--nvcf documented\`, which accepts keys only. Add \`--nvcf open-source\`.`,
      );
    }
    if (issuers.has(issuer)) throw new Unusable(`${name} is given twice. Keep one of them.`);
    if (issuer === nvcfAdminIssuer) {
      throw new Unusable(
        `${name} is the issuer of administrators' tokens. Leave it out, or name another one by --nvcf-admin-issuer.`,
      );
    }
    const load = await loaderOf(source, '--nvcf-trusted-issuer', `${name}=${showValue(source)}`);
    issuers.set(issuer, trustedIssuerOf(issuer, verifierOf(load, showValue(source), showValue(issuer))));
  }
  return issuers;
}

/**
 * Reads a JWK set. A file is read now, so that a mistake in it stops the start; a URL is read when the first token arrives.
 *
 * @param option the option that names it
 * @param name the option with its value, in messages
 * @throws Unusable
 */
async function loaderOf(source: string, option: string, name: string): Promise<() => Promise<JwkSet>> {
  if (!/^https?:/.test(source)) {
    const read = async () => jwkSetOf(await readDocument(source, option), name);
    await read();
    return read;
  }
  if (!isFetchable(source)) {
    throw new Unusable(`${name} is not a URL without user name and password. Give such a URL, or a file.`);
  }
  return async () => {
    const answer = await fetch(source, { signal: timeoutSignal(KEYS_TIMEOUT) });
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    return jwkSetOf(await answer.json(), name);
  };
}

/** The parts of `--runai-idp`. @throws Unusable for a part that is given twice, or without a JWK set */
function partsOf(texts: readonly string[]): Expected & { readonly source?: string } {
  const parts = new Map<string, string>();
  for (const text of texts) {
    const [, name = 'source', value = text] = /^(issuer|audience)=(.*)$/s.exec(text) ?? [];
    if (parts.has(name)) {
      const what = name === 'source' ? 'two JWK sets' : `\`${name}=\` twice`;
      throw new Unusable(`--runai-idp names ${what}. Keep one of them.`);
    }
    parts.set(name, value);
  }
  if (parts.size > 0 && !parts.has('source')) {
    const [name] = parts.keys();
    const message = `--runai-idp ${name}=... says which tokens are accepted, but no JWK set says who signs them. Give its URL or file by another --runai-idp, or leave this one out.`;
    throw new Unusable(message);
  }
  return Object.fromEntries(parts);
}

/** `fetch` refuses URLs with a user name or a password. */
function isFetchable(url: string): boolean {
  return URL.canParse(url) && new URL(url).username + new URL(url).password === '';
}

function jwkSetOf(value: unknown, name: string): JwkSet {
  // The next step checks that `keys` is a list of keys.
  const { keys } = (value ?? {}) as Partial<JwkSet>;
  if (Array.isArray(keys) && keys.length > 0) return { keys };
  throw new Unusable(`${name} does not hold a JWK set. Expected: {"keys": [...]} with the public keys of the issuer.`);
}

import { readDocument } from '../config/config.ts';
import type { Config } from '../config/options.ts';
import { whyUnreadable } from '../diagnostics/file-fault.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { MEGABYTE } from '../memory/bytes.ts';
import { isOneOf } from '../objects/members.ts';
import { fixture } from '../platform/assets.ts';
import { readTextFile } from '../platform/text-file.ts';
import { timeoutSignal } from '../platform/time.ts';
import { showValue } from '../text/redact.ts';
import { type Expected, type IdentityProvider, identityProviderOf } from '../tokens/identity-provider.ts';
import { faultOfJwkSet, type JwkSet, type JwkSource, verifierOf } from '../tokens/jwk-set.ts';
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
  const jwks = await jwksAt(source, '--runai-idp', `--runai-idp ${showValue(source)}`);
  return identityProviderOf(verifierOf(jwks, 'the identity provider'), expected);
}

/** The issuers of `--nvcf-trusted-issuer`, by name. @throws Unusable */
export async function trustedIssuersFrom({
  nvcf,
  nvcfTrustedIssuer,
  nvcfAdminIssuer,
}: Config): Promise<ReadonlyMap<string, TrustedIssuer>> {
  const option = '--nvcf-trusted-issuer';
  if (nvcfTrustedIssuer.length > 0 && nvcf === 'documented') {
    throw new Unusable(
      `${option} has no effect with \`--nvcf documented\`, which accepts keys only. Add \`--nvcf open-source\`.`,
    );
  }
  const issuers = new Map<string, TrustedIssuer>();
  for (const text of nvcfTrustedIssuer) {
    const [issuer, source] = splitIssuer(text);
    const name = `${option} ${showValue(issuer)}`;
    if (issuers.has(issuer)) throw new Unusable(`${name} is given twice. Keep one of them.`);
    if (issuer === nvcfAdminIssuer) {
      throw new Unusable(
        `${name} is the issuer of administrators' tokens. Leave it out, or name another one by --nvcf-admin-issuer.`,
      );
    }
    const jwks = await jwksAt(source, option, `${name}=${showValue(source)}`);
    issuers.set(issuer, trustedIssuerOf(issuer, verifierOf(jwks, showValue(issuer))));
  }
  return issuers;
}

/** The parts of `ISSUER=SOURCE`, which are not empty. */
function splitIssuer(text: string): readonly [issuer: string, source: string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

/**
 * A JWK set. A file is read now, too, so that a mistake in it stops the start.
 *
 * @param option the option that names it
 * @param name the option with its value, in messages
 * @throws Unusable
 */
async function jwksAt(source: string, option: string, name: string): Promise<JwkSource> {
  const shown = showValue(source);
  if (!/^https?:/i.test(source)) {
    const load = async () => jwkSetOf(await readDocument(source, option));
    await load().catch((cause: unknown) => {
      if (cause instanceof Unusable) throw cause;
      throw new Unusable(`${name} cannot be used: ${(cause as Error).message}.`, { cause });
    });
    return { name: shown, isNear: true, load };
  }
  if (!isFetchable(source)) {
    throw new Unusable(`${name} is not a URL without user name and password. Give such a URL, or a file.`);
  }
  return { name: shown, isNear: false, load: async () => jwkSetOf(JSON.parse(await fetchText(source))) };
}

/** The most bytes of a JWK set that is fetched. */
const MAX_JWKS = MEGABYTE;

/** @throws Error that says what is wrong */
async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: timeoutSignal(KEYS_TIMEOUT) }).catch((cause: unknown) => {
    throw new Error('there is no answer', { cause });
  });
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > MAX_JWKS) throw new Error('it has more than a megabyte');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
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

/** @throws Error that says what is wrong */
async function jwkSetOf(value: unknown): Promise<JwkSet> {
  const fault = await faultOfJwkSet(value);
  if (fault !== null) throw new Error(fault);
  // Each of its keys was imported.
  return value as JwkSet;
}

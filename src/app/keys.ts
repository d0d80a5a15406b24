import { readDocument } from '../config/config.ts';
import { type Config, flagName } from '../config/options.ts';
import { whyUnreadable } from '../core/file-fault.ts';
import { showValue } from '../core/redact.ts';
import { Unusable } from '../core/unusable.ts';
import { fixture } from '../platform/assets.ts';
import { readTextFile } from '../platform/text-file.ts';
import { timeoutSignal } from '../platform/time.ts';
import { type IdentityProvider, identityProviderOf, type JwkSet } from '../tokens/identity-provider.ts';
import { readSigningKey, type SigningKey, signingKeyOf } from '../tokens/keys.ts';

/** The key with which tokens are signed. @throws Unusable */
export async function signingKeyFrom({ signingKey, signingAlg }: Config): Promise<SigningKey> {
  if (signingKey === null) {
    const algorithm = signingAlg ?? 'RS256';
    const jwk = await fixture('runai', `signing-key.${algorithm.toLowerCase()}.json`);
    // The shipped test keys are JWKs.
    return signingKeyOf(jwk as Parameters<typeof signingKeyOf>[0], algorithm);
  }
  const name = `--signing-key ${showValue(signingKey)}`;
  const text = await readTextFile(signingKey).catch((cause: unknown) => {
    throw new Unusable(`${name} cannot be read: ${whyUnreadable(cause)}. Give the path of a file that can.`, { cause });
  });
  return readSigningKey(text, name, signingAlg ?? undefined);
}

/** How long fetching the keys of an identity provider may take, in milliseconds. */
const KEYS_TIMEOUT = 5000;

/** A file is read now, so that a mistake in it stops the start; a URL is read when the first token arrives. */
export async function identityProviderFrom(config: Config): Promise<IdentityProvider | null> {
  const { runaiIdp, runaiIdpIssuer: issuer, runaiIdpAudience: audience } = config;
  if (runaiIdp === null) {
    const [flag] = (['runaiIdpIssuer', 'runaiIdpAudience'] as const).filter((one) => config[one] !== null);
    if (flag === undefined) return null;
    const message = `--${flagName(flag)} says which tokens are accepted, but no --runai-idp issues any. Give its JWK set, or leave the flag out.`;
    throw new Unusable(message);
  }
  const expected = { ...(issuer !== null && { issuer }), ...(audience !== null && { audience }) };
  const shown = showValue(runaiIdp);
  const name = `--runai-idp ${shown}`;
  if (/^https?:/.test(runaiIdp)) {
    if (!isFetchable(runaiIdp)) {
      throw new Unusable(`${name} is not a URL without user name and password. Give such a URL, or a file.`);
    }
    const load = async () => {
      const answer = await fetch(runaiIdp, { signal: timeoutSignal(KEYS_TIMEOUT) });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      return jwkSetOf(await answer.json(), name);
    };
    return identityProviderOf(load, shown, expected);
  }
  const keys = jwkSetOf(await readDocument(runaiIdp, '--runai-idp'), name);
  return identityProviderOf(async () => keys, shown, expected);
}

/** `fetch` refuses URLs with a user name or a password. */
function isFetchable(url: string): boolean {
  return URL.canParse(url) && new URL(url).username + new URL(url).password === '';
}

function jwkSetOf(value: unknown, name: string): JwkSet {
  // The next step checks that `keys` is a list of keys.
  const { keys } = (value ?? {}) as Partial<JwkSet>;
  if (Array.isArray(keys) && keys.length > 0) return { keys };
  throw new Unusable(
    `${name} does not hold a JWK set. Expected: {"keys": [...]} with the public keys of the identity provider.`,
  );
}

import { readFile } from 'node:fs/promises';
import { readDocument } from '../config/config.ts';
import { type Config, flagName } from '../config/options.ts';
import { Unusable } from '../core/unusable.ts';
import { fixture } from '../platform/assets.ts';
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
  const text = await readFile(signingKey, 'utf8').catch((cause: unknown) => {
    throw new Unusable(`--signing-key ${signingKey} cannot be read. Give the path of a file that can.`, { cause });
  });
  return readSigningKey(text, `--signing-key ${signingKey}`, signingAlg ?? undefined);
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
  const name = `--runai-idp ${runaiIdp}`;
  if (/^https?:/.test(runaiIdp)) {
    const load = async () => {
      const answer = await fetch(runaiIdp, { signal: timeoutSignal(KEYS_TIMEOUT) });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      return jwkSetOf(await answer.json(), name);
    };
    return identityProviderOf(load, runaiIdp, expected);
  }
  const keys = jwkSetOf(await readDocument(runaiIdp, '--runai-idp'), name);
  return identityProviderOf(async () => keys, runaiIdp, expected);
}

function jwkSetOf(value: unknown, name: string): JwkSet {
  // The next step checks that `keys` is a list of keys.
  const { keys } = (value ?? {}) as Partial<JwkSet>;
  if (Array.isArray(keys) && keys.length > 0) return { keys };
  throw new Unusable(
    `${name} does not hold a JWK set. Expected: {"keys": [...]} with the public keys of the identity provider.`,
  );
}

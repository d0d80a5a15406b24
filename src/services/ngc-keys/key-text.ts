import { createHmacFunction, type Derivation } from '../../tokens/derivation.ts';
import {
  type CredentialExtractor,
  findBearerToken,
  type PresentedCredential,
} from '../../tokens/presented-credential.ts';
import { hashSecret } from '../../tokens/secret.ts';
import type { Tripwire } from '../../tokens/tripwire.ts';
import { readMark } from '../../tokens/world-mark.ts';

export const NGC_KEY_PREFIX = 'nvapi-';
/** The published format: 43 base64url characters for 32 random bytes, then a checksum of 21. */
const KEY_PATTERN = /^nvapi-([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{21})$/;
/** In place of the first random characters, for readers and for the allow lists of secret scanners. */
const MOCK_MARK = 'MOCK';
/** Public on purpose: the checksum only distinguishes mock keys from real ones. */
const CHECKSUM_HMAC = createHmacFunction('sha3-256', 'nv-auth-mock');

export const KEY_BYTES = 32;

/** Creates the text of a key, `nvapi-MOCK...`. @param drawn 43 base64url characters; the last four are left out */
export function createKeyText(drawn: string): string {
  const marked = `${MOCK_MARK}${drawn.slice(0, -MOCK_MARK.length)}`;
  return `${NGC_KEY_PREFIX}${marked}${computeChecksum(marked)}`;
}

/** Derives the text of a key from its id. Outside the `default` world, the world's mark follows `MOCK`. */
export function deriveKeyText(derivation: Derivation, id: string): string {
  return derivation.draw('key', id, createKeyText);
}

/** Returns the part of a key that masked values show. */
export function readEnding(text: string): string {
  return text.slice(-3);
}

/** Classifies a text: a mock issued `marked` keys, `foreign` keys come from elsewhere. */
export function classifyKey(text: string): 'marked' | 'foreign' | 'malformed' {
  const [, drawn, checksum] = KEY_PATTERN.exec(text) ?? [];
  if (drawn === undefined) return 'malformed';
  return drawn.startsWith(MOCK_MARK) && checksum === computeChecksum(drawn) ? 'marked' : 'foreign';
}

function computeChecksum(drawn: string): string {
  return CHECKSUM_HMAC(drawn, 'base64url').slice(0, 21);
}

export function presentKey(text: string): PresentedCredential {
  return {
    kind: 'key',
    mark: readMark(text.slice(NGC_KEY_PREFIX.length + MOCK_MARK.length)),
    hash: () => hashSecret(text),
  };
}

export const presentBearerKey: CredentialExtractor = (authorization) => {
  const text = findBearerToken(authorization);
  return text?.startsWith(NGC_KEY_PREFIX) === true ? presentKey(text) : null;
};

/** Returns the key in `Authorization: ApiKey ...`, which exchanges it for a token; null for any other header. */
export function findApiKey(authorization: string): string | null {
  return /^apikey +(\S+)$/i.exec(authorization.trimEnd())?.[1] ?? null;
}

export const presentApiKey: CredentialExtractor = (authorization) => {
  const text = findApiKey(authorization);
  return text?.startsWith(NGC_KEY_PREFIX) === true ? presentKey(text) : null;
};

/** Detects real keys in any text. */
export const KEY_TRIPWIRE: Tripwire = {
  shortest: NGC_KEY_PREFIX.length + 64,
  prefix: NGC_KEY_PREFIX,
  pattern: /nvapi-[A-Za-z0-9_-]{64}/g,
  isForeign: (key) => classifyKey(key) === 'foreign',
};

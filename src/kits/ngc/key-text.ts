import type { Derivation } from '../../credentials/derivation.ts';
import { hmacWith } from '../../credentials/hmac.ts';
import { bearerIn, type Presented, type Presenter } from '../../credentials/presented.ts';
import { hashSecret } from '../../credentials/secret.ts';
import type { Tripwire } from '../../credentials/tripwire.ts';
import { markIn } from '../../credentials/world-mark.ts';

/** What every key begins with. */
export const NGC_KEY_PREFIX = 'nvapi-';
/** As published: 43 characters of base64url for 32 random bytes, and 21 characters of a checksum. */
const FORM = /^nvapi-([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{21})$/;
/** Published on purpose: the checksum only tells keys of this mock apart from real ones. */
const MARKING = hmacWith('sha3-256', 'nv-auth-mock');

/** How many random bytes a new key has. */
export const KEY_BYTES = 32;

/** The text of a key that carries our mark. @param drawn 32 random bytes in base64url */
export function makeKeyText(drawn: string): string {
  return `${NGC_KEY_PREFIX}${drawn}${checksumOf(drawn)}`;
}

/**
 * The text of the key with this id, if nobody chose one. In a world other than `default` it begins with the world's
 * mark.
 */
export function deriveKeyText(derivation: Derivation, id: string): string {
  return derivation.draw('key', id, makeKeyText);
}

/** Does the text have the form of a key, and is it a mock's? */
export function keyForm(text: string): 'marked' | 'foreign' | 'malformed' {
  const [, drawn, checksum] = FORM.exec(text) ?? [];
  if (drawn === undefined) return 'malformed';
  return checksum === checksumOf(drawn) ? 'marked' : 'foreign';
}

function checksumOf(drawn: string): string {
  return MARKING(drawn, 'base64url').slice(0, 21);
}

/** A key, as something that leads to its world. */
export function presentKey(text: string): Presented {
  return { kind: 'key', mark: markIn(text.slice(NGC_KEY_PREFIX.length)), hash: () => hashSecret(text) };
}

/** The key of `Authorization: Bearer nvapi-...`. */
export const presentBearerKey: Presenter = (authorization) => {
  const text = bearerIn(authorization);
  return text?.startsWith(NGC_KEY_PREFIX) === true ? presentKey(text) : null;
};

/** Recognises keys anywhere in a text. */
export const KEY_TRIPWIRE: Tripwire = {
  shortest: NGC_KEY_PREFIX.length + 64,
  beginning: NGC_KEY_PREFIX,
  form: /nvapi-[A-Za-z0-9_-]{64}/g,
  isForeign: (key) => keyForm(key) === 'foreign',
};

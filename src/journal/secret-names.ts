/**
 * The last words of names that hold a secret, for fields, parameters, members and headers: those of RFC 6749, 7009, 7523,
 * 7636, 8693 and OpenID Connect, those of the emulated APIs, and others that are formed alike. A name that only looks like
 * one costs a reader a value; a missing name would show a secret.
 */
const SECRET_NAMES = [
  ...['password', 'passwd', 'passphrase', 'passcode', 'pwd', 'pass', 'otp'],
  ...['secret', 'secret value', 'token', 'token value', 'id token hint', 'assertion', 'jwt', 'bearer', 'signature'],
  ...['credential', 'credentials', 'authorization', 'cookie', 'code verifier'],
  ...[
    'api key',
    'access key',
    'secret key',
    'private key',
    'signing key',
    'encryption key',
    'shared key',
    'master key',
  ],
  ...['account key', 'subscription key'],
] as const;

/** Names that hold a secret only as a whole: as the end of a name they mean other things, too. */
const WHOLE_NAMES: ReadonlySet<string> = new Set(['code', 'auth', 'pin', 'secwebsocketprotocol', 'xauth']);

/** Words that end like a name of a secret. */
const OTHER_WORDS = /(?:by|com|sur|tres|under|over)pass$/;

const ENDING = new RegExp(`(?:${SECRET_NAMES.join('|').replaceAll(' ', '')})$`);
/** In a list of names and values, such as environment variables, a key is nearly always a secret one. */
const VARIABLE_ENDING = /(?<!public|ssh|primary|foreign|partition|sort|routing)key$/;

/** Longer names are not of any API. */
const MOST_NAME = 100;

/** How far a name says that its value is a secret: `texts` says nothing about numbers and objects. */
export type Secrecy = 'all' | 'texts' | null;

/** @param name in any spelling: case, signs and a number at its end do not count */
export function secrecyOf(name: string): Secrecy {
  const bare = bareName(name);
  if (bare === null) return null;
  if (WHOLE_NAMES.has(bare)) return 'texts';
  if (isEnding(bare)) return /(?:pass|authorization|signature|bearer)$/.test(bare) ? 'texts' : 'all';
  return bare.endsWith('s') && isEnding(bare.slice(0, -1)) ? 'texts' : null;
}

/** The same for a name that is itself a value, such as the name of an environment variable. */
export function namesSecret(name: string): boolean {
  if (secrecyOf(name) !== null) return true;
  const bare = bareName(name);
  return bare !== null && VARIABLE_ENDING.test(bare);
}

/** A plain number of tokens, such as `max_tokens`, is how many there are, or may be. */
export function isCount(name: string, value: unknown): boolean {
  return typeof value === 'string' && /^\d{1,6}$/.test(value) && bareName(name)?.endsWith('tokens') === true;
}

/** Errors have a `code`, too, and theirs is shorter than any secret, or words in capitals. */
export const LEAST_CODE = 16;

export function isErrorCode(value: string): boolean {
  return value.length < LEAST_CODE || /^[A-Z]{1,20}(?:_[A-Z]{1,20}){1,9}$/.test(value);
}

function isEnding(bare: string): boolean {
  return ENDING.test(bare) && !OTHER_WORDS.test(bare);
}

/** A name without case, signs and the number at its end; null if it is no name of any API. */
export function bareName(name: string): string | null {
  if (name.length > MOST_NAME) return null;
  const bare = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return bare.replace(/\d{1,9}$/, '') || bare;
}

/**
 * The name of a secret with the sign that separates it from its value, in JSON, forms, YAML, markup and texts like
 * them. It finds a name within others, too.
 */
export const NAMED = new RegExp(
  `(?:${SECRET_NAMES.map((name) => (name === 'pass' ? '(?<!by|com|sur)pass' : name))
    .join('|')
    .replaceAll(' ', '[_-]?')}|(?<![a-z])(?:code|auth|pin))(?:[_-]?\\d{1,9})?s?[^A-Za-z0-9]{0,9}?[:=>\\r\\n]`,
  'gi',
);

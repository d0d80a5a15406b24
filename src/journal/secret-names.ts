/**
 * The last words of names of secrets, for fields, parameters, members and headers: from RFC 6749, 7009, 7523, 7636,
 * 8693, OpenID Connect, the emulated APIs, and names of the same pattern. A false match hides a value from a reader; a
 * missing name would reveal a secret.
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

/** Names of secrets only as a whole: as the end of a longer name they have other meanings. */
const WHOLE_NAMES: ReadonlySet<string> = new Set(['code', 'auth', 'pin', 'secwebsocketprotocol', 'xauth']);

/** Words that only end like the name of a secret. */
const OTHER_WORDS = /(?:by|com|sur|tres|under|over)pass$/;

const ENDING = new RegExp(`(?:${SECRET_NAMES.join('|').replaceAll(' ', '')})$`);
/** In a list of names and values, such as environment variables, a key is nearly always secret. */
const VARIABLE_ENDING = /(?<!public|ssh|primary|foreign|partition|sort|routing)key$/;

/** Longer than any name of an API. */
const MOST_NAME = 100;

/** Which values of a name are secret: all, or only texts. */
export type Secrecy = 'all' | 'texts' | null;

/** @param name in any spelling: case, punctuation and a number at its end are ignored */
export function secrecyOf(name: string): Secrecy {
  const bare = bareName(name);
  if (bare === null) return null;
  if (WHOLE_NAMES.has(bare)) return 'texts';
  if (isEnding(bare)) return /(?:pass|authorization|signature|bearer)$/.test(bare) ? 'texts' : 'all';
  return bare.endsWith('s') && isEnding(bare.slice(0, -1)) ? 'texts' : null;
}

/** Does a name that is itself a value, such as an environment variable's, name a secret? */
export function namesSecret(name: string): boolean {
  if (secrecyOf(name) !== null) return true;
  const bare = bareName(name);
  return bare !== null && VARIABLE_ENDING.test(bare);
}

/** A plain number of tokens, such as `max_tokens`, is a count. */
export function isCount(name: string, value: unknown): boolean {
  return typeof value === 'string' && /^\d{1,6}$/.test(value) && bareName(name)?.endsWith('tokens') === true;
}

/** Errors also have a `code`, which is shorter than any secret, or consists of words in capitals. */
export const LEAST_CODE = 16;

export function isErrorCode(value: string): boolean {
  return value.length < LEAST_CODE || /^[A-Z]{1,20}(?:_[A-Z]{1,20}){1,9}$/.test(value);
}

function isEnding(bare: string): boolean {
  return ENDING.test(bare) && !OTHER_WORDS.test(bare);
}

/** A name in lower case without punctuation and the number at its end; null if it is too long for a name. */
export function bareName(name: string): string | null {
  if (name.length > MOST_NAME) return null;
  const bare = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return bare.replace(/\d{1,9}$/, '') || bare;
}

/**
 * The name of a secret with the sign before its value, in JSON, forms, YAML, markup and similar texts. Also matches
 * names within others.
 */
export const NAMED = new RegExp(
  `(?:${SECRET_NAMES.map((name) => (name === 'pass' ? '(?<!by|com|sur)pass' : name))
    .join('|')
    .replaceAll(' ', '[_-]?')}|(?<![a-z])(?:code|auth|pin))(?:[_-]?\\d{1,9})?s?[^A-Za-z0-9]{0,9}?[:=>\\r\\n]`,
  'gi',
);

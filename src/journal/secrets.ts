import { createHmac } from 'node:crypto';
import { decodeOften, isFingerprint, replaceCredentials } from '../text/redact.ts';

/** The secrets of a world, and their fingerprints. */
export interface KnownSecrets {
  /** Returns the replacement of a secret in the journal: equal for equal secrets. */
  fingerprint(secret: string): string;
  /** Returns whether the whole text is a secret of the world. */
  has(text: string): boolean;
}

/** Digits of a fingerprint: enough to compare two secrets, too few to search for one. */
const FINGERPRINT_DIGITS = 10;
const FINGERPRINT_PREFIX = 'sha256:';

/**
 * Returns a fingerprint such as `sha256:0c5e1f9a2b`. It is keyed, so that guesses cannot be tested against it. A
 * fingerprint is its own fingerprint, so that one copied from the journal can be searched for.
 */
export function createFingerprint(secret: string, key: string): string {
  if (isFingerprint(secret)) return secret;
  return `${FINGERPRINT_PREFIX}${createHmac('sha256', key).update(secret).digest('hex').slice(0, FINGERPRINT_DIGITS)}`;
}

/**
 * Suffixes of the names of secrets, for members, fields, parameters, headers and environment variables: from RFC 6749,
 * 7009, 7523, 7636 and 8693, OpenID Connect, and the emulated APIs.
 */
const SECRET_NAME_ENDINGS: readonly string[] = [
  ...[
    'password',
    'passwords',
    'passwd',
    'pwd',
    'passphrase',
    'passcode',
    'secret',
    'secretvalue',
    'token',
    'tokenvalue',
    'idtokenhint',
  ],
  ...['assertion', 'bearer', 'signature', 'credential', 'credentials', 'authorization', 'cookie', 'codeverifier'],
  ...['apikey', 'accesskey', 'secretkey', 'privatekey', 'signingkey', 'encryptionkey', 'sharedkey', 'masterkey'],
  ...['accountkey', 'subscriptionkey'],
];
/** Short names must match as a whole. */
const WHOLE_SECRET_NAMES: readonly string[] = ['pass', 'pin', 'otp', 'jwt', 'code', 'auth', 'secwebsocketprotocol'];
const SECRET_NAME = new RegExp(`(?:${SECRET_NAME_ENDINGS.join('|')}|^x?(?:${WHOLE_SECRET_NAMES.join('|')}))$`);

/** Longer than any name in an API. */
const MAX_NAME_LENGTH = 100;

/** Lists of secrets. Each entry has a name, which is not hidden, and a value. */
const SECRET_LIST = 'secrets';

/** Errors also have a `code`, which is shorter than any secret, or in upper snake case. */
const ERROR_CODE = /^(?:.{0,15}|[A-Z]{1,20}(?:_[A-Z]{1,20}){1,9})$/s;

/** Lower-cases a name, and removes punctuation and trailing digits. */
function normalizeName(name: string): string {
  if (name.length > MAX_NAME_LENGTH) return '';
  const bare = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return bare.replace(/\d{1,9}$/, '') || bare;
}

/** @param name in any spelling @param value tells a secret `code` from an error code */
function isSecret(name: string, value: unknown): boolean {
  const bare = normalizeName(name);
  return SECRET_NAME.test(bare) && !(bare === 'code' && ERROR_CODE.test(String(value)));
}

/** Shorter values are too common to compare. */
export const MIN_SECRET_LENGTH = 8;

/** A value in a path, a query or a log line: everything between separators. */
const LINE_VALUE = /[^\s/?&#=,;:.|"'`<>()[\]{}]{8,}/g;
/** A parameter of a path (RFC 3986, 3.3), a query or a form. */
const PARAMETER = /(?<![\w.%-])([\w.%-]{1,100}=)([^\s;/?&#,"'`<>()]+)/g;
/** A credential with its scheme, as in `Authorization`. A word without a digit is part of a sentence. */
const WITH_SCHEME = /(?<!\w)((?:bearer|basic) {1,3})(?=[a-z~+._/-]{0,200}[\d=])([\w.~+/=-]{8,})/gi;
/** The userinfo of a URL, with a password or a token. */
const USERINFO = /(\/\/)([^\s/?#"'<>\\:@]*:)?([^\s/?#"'<>\\@]+)@/g;

/**
 * Replaces the secrets in a log line, a message, a path or a URL with fingerprints: credentials of a known form,
 * parameters named like a secret, userinfo in URLs, and secrets of the world. Also searches the decoded form, but
 * returns the encoded one if that finds nothing.
 */
export function hideInLine(line: string, secrets: KnownSecrets): string {
  const hidden = hideInPlainLine(line, secrets);
  const decoded = decodeOften(hidden);
  if (decoded === hidden) return hidden;
  const hiddenDecoded = hideInPlainLine(decoded, secrets);
  return hiddenDecoded === decoded ? hidden : hiddenDecoded;
}

function hideInPlainLine(line: string, secrets: KnownSecrets): string {
  const valued = line.replace(LINE_VALUE, (value) => (secrets.has(value) ? secrets.fingerprint(value) : value));
  return hideByForm(valued, secrets);
}

/** Replaces parts of a text that look like a secret: a credential, a parameter, userinfo. */
function hideByForm(text: string, { fingerprint }: KnownSecrets): string {
  const withoutCredentials = replaceCredentials(text, (credential) => fingerprint(credential));
  const withoutUsers = withoutCredentials.includes('@')
    ? withoutCredentials.replace(USERINFO, (_, slashes: string, name = '', secret: string) => {
        return `${slashes}${name}${fingerprint(secret)}@`;
      })
    : withoutCredentials;
  const withoutParameters = withoutUsers.includes('=')
    ? withoutUsers.replace(PARAMETER, (whole, name: string, value: string) =>
        isSecret(name, value) ? `${name}${fingerprint(value)}` : whole,
      )
    : withoutUsers;
  // A scheme ends with a space, and most paths have none.
  if (!withoutParameters.includes(' ')) return withoutParameters;
  return withoutParameters.replace(
    WITH_SCHEME,
    (_, scheme: string, secret: string) => `${scheme}${fingerprint(secret)}`,
  );
}

/** Deeper than any accepted body. */
const MAX_DEPTH = 70;

/** The position of a value. */
interface Context {
  readonly depth: number;
  /** Whether all values are secret (`secret`), or only those in a list of secrets. */
  readonly secrecy: 'open' | 'secret' | typeof SECRET_LIST;
  /** Whether the value is in JSON that is itself in a string. */
  readonly isNested: boolean;
}

const ROOT: Context = { depth: 0, secrecy: 'open', isNested: false };

/**
 * Copies a JSON value with fingerprints instead of secrets: values of members named like a secret, secrets of the
 * world, and credentials of a known form. Drops values deeper than any accepted body.
 */
export function hideSecrets(value: unknown, secrets: KnownSecrets): unknown {
  return hideValue(value, ROOT, secrets);
}

function hideValue(value: unknown, context: Context, secrets: KnownSecrets): unknown {
  if (typeof value === 'number' && context.secrecy === 'secret') return secrets.fingerprint(String(value));
  if (typeof value === 'string') return hideText(value, context, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (context.depth > MAX_DEPTH) return null;
  const deeper = { ...context, depth: context.depth + 1 };
  if (Array.isArray(value)) {
    // Responses list only the names of secrets.
    const contextOfEntry = (entry: unknown): Context =>
      context.secrecy === SECRET_LIST && typeof entry === 'string' ? { ...deeper, secrecy: 'open' } : deeper;
    return value.map((entry) => hideValue(entry, contextOfEntry(entry), secrets));
  }
  const isPair = isPairOfSecret(value);
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    const secrecy = isPair && name === 'value' ? 'secret' : findSecrecy(name, member, context.secrecy);
    return [hideByForm(name, secrets), hideValue(member, { ...deeper, secrecy }, secrets)];
  });
  return Object.fromEntries(members);
}

function findSecrecy(name: string, member: unknown, outer: Context['secrecy']): Context['secrecy'] {
  if (outer === SECRET_LIST) return normalizeName(name) === 'name' ? 'open' : 'secret';
  if (outer === 'secret' || isSecret(name, member)) return 'secret';
  return normalizeName(name) === SECRET_LIST ? SECRET_LIST : 'open';
}

/** Returns whether an object pairs the name of a secret with its `value`, such as an environment variable. */
function isPairOfSecret(value: object): boolean {
  if (!('value' in value)) return false;
  const names = ['name' in value ? value.name : null, 'key' in value ? value.key : null];
  return names.some((name) => typeof name === 'string' && isSecret(name, value.value));
}

function hideText(text: string, context: Context, secrets: KnownSecrets): string {
  if (text === '') return text;
  if (context.secrecy !== 'open' || (text.length >= MIN_SECRET_LENGTH && secrets.has(text)))
    return secrets.fingerprint(text);
  if (/^\s*[[{]/.test(text) && !context.isNested) {
    const value = parseJson(text);
    if (value !== undefined) {
      const hidden = JSON.stringify(hideValue(value, { ...context, isNested: true }, secrets));
      // Keep the original formatting if nothing was hidden.
      return hidden === JSON.stringify(value) ? text : hidden;
    }
  }
  if (URL_OR_PATH.test(text)) return hideInLine(text, secrets);
  return hideByForm(text, secrets);
}

/** A URL or a path. */
const URL_OR_PATH = /^(?:[a-z][a-z0-9+.-]{0,30}:\/)?\/\S*$/i;

/** Returns undefined if the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** String members in JSON; the end of the last one may be missing. */
const STRING_MEMBER = /"([\w.-]{1,100})"(\s{0,99}:\s{0,99})"((?:[^"\\]|\\.)*)("?)/gs;

/** Hides the secrets in a text that cannot be parsed because it is truncated or malformed. */
export function hideInText(text: string, secrets: KnownSecrets): string {
  const named = text.replace(STRING_MEMBER, (whole, name: string, colon: string, value: string, end: string) =>
    value !== '' && (isSecret(name, value) || secrets.has(value))
      ? `"${name}"${colon}"${secrets.fingerprint(value)}${end}`
      : whole,
  );
  return hideByForm(named, secrets);
}

/** Converts a form or query to an object with fingerprints instead of secrets; a repeated field becomes a list. */
export function hideFields(fields: URLSearchParams, secrets: KnownSecrets): Record<string, string | string[]> {
  const hidden = new Map<string, string | string[]>();
  for (const [original, value] of fields) {
    const name = hideByForm(original, secrets);
    const text = hideField(original, value, secrets);
    const before = hidden.get(name);
    hidden.set(name, before === undefined ? text : [before, text].flat());
  }
  return Object.fromEntries(hidden);
}

function hideField(name: string, value: string, secrets: KnownSecrets): string {
  return hideText(value, { ...ROOT, secrecy: findSecrecy(name, value, 'open') }, secrets);
}

/** Headers with a URL or a path. */
const ADDRESS_HEADERS: ReadonlySet<string> = new Set([
  'location',
  'referer',
  'content-location',
  'origin',
  'x-original-url',
]);

/** Returns the value of a header with fingerprints instead of secrets. @param name in lower case */
export function hideInHeader(name: string, value: string, secrets: KnownSecrets): string {
  if (/(?:authorization|api-key)$/.test(name)) return hideCredential(value, secrets);
  return ADDRESS_HEADERS.has(name) ? hideInLine(value, secrets) : hideField(name, value, secrets);
}

/** Keeps the scheme of `Bearer <token>`, because it is often wrong. */
function hideCredential(value: string, secrets: KnownSecrets): string {
  const [, scheme = '', credential = ''] = /^(bearer|basic|dpop|token|apikey|)( *.*)$/is.exec(value) ?? [];
  const secret = credential.trimStart();
  const space = credential.slice(0, credential.length - secret.length);
  return `${scheme}${space}${secret === '' ? '' : secrets.fingerprint(secret)}`;
}

/** Returns the secrets in a value, such as a seed, recognized by their names. */
export function collectSecrets(root: unknown): string[] {
  const secrets: string[] = [];
  const waiting: [value: unknown, isSecret: boolean][] = [[root, false]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, isNamed] = next;
    if (typeof value === 'string' && isNamed) secrets.push(value);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      waiting.push([member, typeof member === 'string' && isSecret(name, member)]);
    }
  }
  return secrets;
}

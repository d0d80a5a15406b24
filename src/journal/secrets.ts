import { decodeOften, replaceCredentials } from '../lib/redact.ts';

export interface KnownSecrets {
  /** Returns the replacement of a secret in the journal: equal for equal secrets. */
  fingerprint(secret: string): string;
  /** Returns whether the whole text is a secret of the world. */
  has(text: string): boolean;
  /** Changes whenever a text becomes a secret. */
  readonly revision: number;
}

/**
 * Endings of the names of secrets, for members, fields, parameters, headers and environment variables: from RFC 6749,
 * 7009, 7523, 7636 and 8693, OpenID Connect, and the emulated APIs. With `_`, a whole word: `DB_PASS`, but not `bypass`.
 */
const SECRET_NAMES: readonly string[] = [
  ...['password', 'passwords', 'passwd', 'pwd', 'passphrase', 'passcode', 'secret', 'token', 'idtokenhint'],
  ...['assertion', 'bearer', 'signature', 'credential', 'credentials', 'authorization', 'cookie', 'codeverifier'],
  ...['apikey', 'accesskey', 'secretkey', 'privatekey', 'signingkey', 'encryptionkey', 'sharedkey', 'masterkey'],
  ...['accountkey', 'subscriptionkey', 'secwebsocketprotocol', '_pass', '_pin', '_otp', '_jwt', '_auth'],
];
const SECRET_NAME = new RegExp(`(?:${SECRET_NAMES.join('|')})$`);
/** Errors also have a `code`, which is shorter than any secret, or in upper snake case. */
const ERROR_CODE = /^(?:.{0,15}|[A-Z]{1,20}(?:_[A-Z]{1,20}){1,9})$/s;

/** @param name in any spelling, perhaps with `value` or a number at its end @param value tells a `code` from an error code */
export function isSecretName(name: string, value?: unknown): boolean {
  if (name.length < 3) return false;
  // The end of a long name is enough.
  const separated = name.slice(-100).replaceAll(/([a-z])([A-Z])/g, '$1_$2');
  const words = separated
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/[_\d]*(?:value)?[_\d]*$/, '');
  const bare = words.replaceAll('_', '');
  if (bare === 'code') return typeof value === 'string' ? !ERROR_CODE.test(value) : value === undefined;
  return SECRET_NAME.test(`_${words}`) || SECRET_NAME.test(bare);
}

/** A value in a path, a query or a log line: everything between separators. */
const LINE_VALUE = /[^\s/?&#=,;:.|"'`<>()[\]{}]{8,}/g;
/** The name of a parameter in a path (RFC 3986, 3.3), a query, a form or a text. */
const PARAMETER = /(?<![\w.%[\]-])[\w.%[\]-]+(?==)/g;
/** The value of a parameter in a path, and elsewhere. */
const SEGMENT = /"[^"]*|'[^']*|[^\s;/?&#,"'`<>()]+/y;
const VALUE = /"[^"]*|'[^']*|[^\s;?&#,"'`<>()]+/y;
/** A credential with its scheme, as in `Authorization`. */
const WITH_SCHEME = /(?<!\w)((?:bearer|basic) {1,3})([\w.~+/=-]{8,})/gi;
/** A word without these is part of a sentence. */
const NO_WORD = /[\d=]|[a-z][A-Z]/;
/** The userinfo of a URL, with a password or a token. */
const USERINFO = /(\/\/)([^\s/?#"'<>\\:@]*:)?([^\s/?#"'<>\\@]+)@/g;

/**
 * Replaces the secrets in a line with fingerprints: credentials of a known form, parameters named like a secret,
 * userinfo, and secrets of the world. Also searches the decoded form, but returns it only if it has some.
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
  const end = valued.search(/[?#]|$/);
  return hideByForm(valued.slice(0, end), secrets, SEGMENT) + hideByForm(valued.slice(end), secrets);
}

function hideByForm(text: string, { fingerprint }: KnownSecrets, parameterValue = VALUE): string {
  let hidden = replaceCredentials(text, (credential) => fingerprint(credential));
  hidden = hidden.replace(USERINFO, (_, slashes, name = '', secret) => `${slashes}${name}${fingerprint(secret)}@`);
  if (hidden.includes('=')) hidden = hideParameters(hidden, parameterValue, fingerprint);
  return hidden.replace(WITH_SCHEME, (whole, scheme, secret) =>
    NO_WORD.test(secret) ? `${scheme}${fingerprint(secret)}` : whole,
  );
}

function hideParameters(text: string, valueForm: RegExp, fingerprint: KnownSecrets['fingerprint']): string {
  let hidden = '';
  let end = 0;
  for (const { 0: name, index } of text.matchAll(PARAMETER)) {
    const start = index + name.length + 1;
    if (index < end || !isSecretName(name)) continue;
    valueForm.lastIndex = start;
    const [value] = valueForm.exec(text) ?? [];
    if (value === undefined || !isSecretName(name, value)) continue;
    const quote = /^["']/.exec(value)?.[0] ?? '';
    hidden += `${text.slice(end, start)}${quote}${fingerprint(value.slice(quote.length))}`;
    end = start + value.length;
  }
  return hidden + text.slice(end);
}

/** `list`: the value of a member `secrets`; `entry`: anything deeper in it, where a `name` is open. */
type Secrecy = 'open' | 'secret' | 'list' | 'entry';

/** Copies a JSON value with fingerprints instead of secrets. Returns the same value if nothing in it is hidden. */
export function hideSecrets(value: unknown, secrets: KnownSecrets, secrecy: Secrecy = 'open', depth = 0): unknown {
  if (typeof value === 'number' && secrecy !== 'open') return secrets.fingerprint(String(value));
  if (typeof value === 'string') return hideText(value, secrets, secrecy, depth);
  if (typeof value !== 'object' || value === null) return value;
  // Deeper than any accepted body.
  if (depth > 70) return null;
  if (Array.isArray(value)) {
    const inner = secrecy === 'list' ? 'entry' : secrecy;
    // Responses list only the names of secrets.
    const isName = (entry: unknown) => secrecy === 'list' && typeof entry === 'string';
    const entries = value.map((entry) => hideSecrets(entry, secrets, isName(entry) ? 'open' : inner, depth + 1));
    return entries.some((entry, index) => entry !== value[index]) ? entries : value;
  }
  const members = Object.entries(value);
  const labels = members.flatMap(([name, label]) => (/^(?:name|key)$/i.test(name) ? [label] : []));
  const hidden = members.map(([name, member]): [string, unknown] => [
    hideByForm(name, secrets),
    hideSecrets(member, secrets, memberSecrecy(name, labels, member, secrecy), depth + 1),
  ]);
  const isSame = members.every(([name, member], index) => name === hidden[index]?.[0] && member === hidden[index]?.[1]);
  return isSame ? value : Object.fromEntries(hidden);
}

/** @param labels the values of `name` and `key` beside it, for a `value` */
function memberSecrecy(name: string, labels: readonly unknown[], member: unknown, outer: Secrecy): Secrecy {
  const lower = name.toLowerCase();
  if (outer !== 'open') return outer === 'entry' && lower === 'name' && typeof member === 'string' ? 'open' : 'secret';
  const names = lower === 'value' ? [name, ...labels] : [name];
  if (names.some((label) => typeof label === 'string' && isSecretName(label, member))) return 'secret';
  return lower === 'secrets' ? 'list' : 'open';
}

/** A text that is meant to be JSON, even if it is malformed. */
const JSON_START = /^\s*(?:[[{]\s*){1,9}"/;
/** A URL or a path. */
const URL_OR_PATH = /^(?:[a-z][a-z0-9+.-]{0,30}:\/)?\/\S*$/i;

/** Replaces the secrets in a value, or the whole value if it is one. */
export function hideText(text: string, secrets: KnownSecrets, secrecy: Secrecy = 'open', depth = 0): string {
  if (text === '') return text;
  if (secrecy !== 'open' || secrets.has(text)) return secrets.fingerprint(text);
  const json = /^\s*["[{]/.test(text) ? hideJson(text, secrets, depth + 1) : null;
  if (json !== null || JSON_START.test(text)) return json ?? secrets.fingerprint(text);
  return URL_OR_PATH.test(text) ? hideInLine(text, secrets) : hideByForm(text, secrets);
}

/** Replaces the secrets in JSON, and keeps its formatting if there are none. Returns null if the text is not JSON. */
function hideJson(text: string, secrets: KnownSecrets, depth = 0): string | null {
  try {
    const value = JSON.parse(text);
    const hidden = hideSecrets(value, secrets, 'open', depth);
    return hidden === value ? text : JSON.stringify(hidden);
  } catch {
    return null;
  }
}

/** Lists the fields of a form or a query with fingerprints instead of secrets. */
export function hideFields(fields: URLSearchParams, secrets: KnownSecrets, outer: Secrecy = 'open') {
  return [...fields].map(([name, value]): [name: string, value: string] => [
    hideText(name, secrets),
    hideText(value, secrets, memberSecrecy(name, [], value, outer)),
  ]);
}

/** Returns the value of a header with fingerprints instead of secrets, but keeps the scheme, because it is often wrong. */
export function hideInHeader(name: string, value: string, secrets: KnownSecrets): string {
  if (!isSecretName(name, value)) return hideText(value, secrets);
  const [, scheme = '', secret = ''] = /^((?:bearer|basic|dpop|token|apikey)(?: +|$))?(.*)$/is.exec(value) ?? [];
  return `${scheme}${secret === '' ? '' : secrets.fingerprint(secret)}`;
}

/** Hides the secret parts of a multipart form, and parts with an unusual name; null if the body is not well-formed. */
export function hideMultipart(text: string, type: string, secrets: KnownSecrets): string | null {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(type)?.slice(1).join('') ?? '';
  const [start, ...parts] = `\r\n${text}`.split(`\r\n--${boundary}`);
  if (boundary === '' || start !== '' || !/^--\s*$/.test(parts.pop() ?? '')) return null;
  if (!parts.every((part) => part.includes('\r\n\r\n'))) return null;
  const hidden = parts.map((part) => {
    const [, head = '', value = ''] = /^(.*?\r\n\r\n)(.*)$/s.exec(part) ?? [];
    const [name, ...more] = [...head.matchAll(/[\s;]name\*?=(?:"([\w.[\] -]+)")?/gi)].map(([, quoted]) => quoted);
    const secrecy = name === undefined || more.length > 0 ? 'secret' : memberSecrecy(name, [], value, 'open');
    return hideByForm(head, secrets) + hideText(value, secrets, secrecy);
  });
  return `${['', ...hidden, ''].join(`\r\n--${boundary}`)}--\r\n`.slice(2);
}

/** A string or a word of JSON; the end of the string may be missing. */
const JSON_TOKEN = /"(?:[^"\\]|\\.)*\\?(?:"|$)|[^\s"{}[\]:,]+/gs;

/** Describes a body that cannot be read: the outline of JSON, then the size and the fingerprint. */
export function outlineBody(text: string, isJson: boolean, size: number | null, secrets: KnownSecrets): string {
  const outline = isJson ? `${text.slice(0, 200).replaceAll(JSON_TOKEN, '…')} ` : '';
  return `${outline}(${size ?? 'unknown'} bytes, ${secrets.fingerprint(text)})`;
}

/** Base64 encodes three bytes at a time, so a text within another text has one of three forms. */
const OFFSETS = [0, 1, 2] as const;

/** Returns the three forms of a text within a base64 text (RFC 4648), with how many of a group of four precede it. */
export function listEncodedForms(text: string): readonly { readonly text: string; readonly precedingLength: number }[] {
  return OFFSETS.map((offset) => {
    const precedingLength = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + text.length) * 8) / 6);
    const encoded = Buffer.from(`${'\0'.repeat(offset)}${text}`).toString('base64');
    return { text: encoded.slice(precedingLength, end), precedingLength };
  });
}

/** Returns the number of characters that encode this many bytes, with padding. */
export function base64LengthOf(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** The default for quoted texts in messages. */
const MAX_QUOTED = 100;

/** Truncates a long text with an ellipsis. @param max number of characters to keep */
export function shorten(text: string, max = MAX_QUOTED): string {
  // By code points, each of which has one or two code units.
  const characters = [...text.slice(0, 2 * max + 2)];
  return characters.length <= max ? text : `${characters.slice(0, max).join('')}…`;
}

/** NGC keys, with all adjoining characters. */
const NGC_KEY = /nvapi-[A-Za-z0-9_-]+/gi;
/** NGC keys in base64, as registries and Basic authentication send them. */
const ENCODED_KEYS = listEncodedForms('nvapi-').map(({ text }) => text);
const BASE64_LETTERS = /[A-Za-z0-9+/_=-]{10,}/g;
/** Runs of characters that may be a JWT (RFC 7519). Runs do not overlap, so matching is linear. */
const JWT_LETTERS = /[A-Za-z0-9_.-]{14,}/g;
/** The first letters of every JWT header, and its minimum length. */
const JWT_BEGINNING = 'eyJ';
const MIN_HEADER = 13;
/** The mock's codes start with the mark of their world. Digests have only hexadecimal digits. */
const CODE = /(?<![A-Za-z0-9])[A-Za-z0-9]{43}(?![A-Za-z0-9])/g;
const MARKED = /^[0-9a-f]{12}[A-Za-z0-9]*[G-Zg-z]/;
const MIN_CODE = 43;

export type KnownForm = 'NGC key' | 'JWT' | 'code';

/** Replaces credentials of a known format in a text: NGC keys, JWTs and codes. Fast for texts without any. */
export function replaceCredentials(text: string, replace: (credential: string, kind: KnownForm) => string): string {
  let hidden = text;
  if (hidden.includes(JWT_BEGINNING)) hidden = hidden.replace(JWT_LETTERS, (run) => withoutJwt(run, replace));
  if (ENCODED_KEYS.some((encoded) => hidden.includes(encoded))) {
    const isKey = (run: string) => ENCODED_KEYS.some((encoded) => run.includes(encoded));
    hidden = hidden.replace(BASE64_LETTERS, (run) => (isKey(run) ? replace(run, 'NGC key') : run));
  }
  hidden = hidden.replace(NGC_KEY, (key) => replace(key, 'NGC key'));
  if (hidden.length < MIN_CODE) return hidden;
  return hidden.replace(CODE, (word) => (MARKED.test(word) ? replace(word, 'code') : word));
}

function withoutJwt(run: string, replace: (credential: string, kind: 'JWT') => string): string {
  const start = run.indexOf(JWT_BEGINNING);
  if (start < 0 || run.indexOf('.', start + MIN_HEADER) < 0) return run;
  return `${run.slice(0, start)}${replace(run.slice(start), 'JWT')}`;
}

/** The replacements of credentials in the log, decisions and hints. */
const IN_PLACE: Readonly<Record<KnownForm, string>> = { JWT: 'eyJ...', 'NGC key': 'nvapi-...', code: '(code)' };

/** Removes credentials from a text for the log, a decision or a hint. */
export function redact(text: string): string {
  const decoded = decodeOften(text);
  const redacted = replaceCredentials(decoded, (_, kind) => IN_PLACE[kind]);
  // Keep the text as sent unless its decoded form contains a credential.
  return redacted === decoded ? text : redacted;
}

/** A URL, optionally after a name as in `runai=https://host`: scheme, authority, and the rest. */
const URL_VALUE = /^([^=:/\s]*=)?([a-z][a-z0-9+.-]+:\/\/)([^/?#\\]*)(.*)$/is;
/** A mistyped URL, or a connection string. */
const UNCLEAR_VALUE = /[:;]\/\/|\b(?:password|passwd|pwd)\s*=/i;
/** Before an `@`: the start of an authority, or a colon that does not belong to a Windows drive. */
const BEFORE_AT = /\/\/|\S{2}:|(?:^|\s)\S:(?![\\/])/;

/**
 * Formats a user-supplied value, such as of an option, for messages: without userinfo, query and fragment of a URL, and
 * without credentials of a known format. A value in which the end of a password cannot be found is omitted.
 *
 * @example showValue('https://ada:secret@host/path?token=secret') // https://...@host/path?...
 */
export function showValue(text: string): string {
  const [, name = '', scheme, authority = '', rest = ''] = URL_VALUE.exec(text) ?? [];
  if (scheme === undefined) {
    const beforeAt = text.slice(0, Math.max(0, text.lastIndexOf('@')));
    const isUnclear = UNCLEAR_VALUE.test(text) || BEFORE_AT.test(beforeAt);
    return isUnclear ? '...' : redact(text).replace(/^([^?#]*[?#]).*=.*$/s, '$1...');
  }
  // A `/`, `?` or `#` in a password ends the URL's authority, so the rest of the password would follow.
  if (!URL.canParse(text.slice(name.length)) || rest.includes('@')) return `${name}${scheme}...`;
  return `${name}${scheme}${authority.replace(/^.*@/s, '...@')}${redact(rest).replace(/([?#]).+$/s, '$1...')}`;
}

/** Decodes percent-encoding (RFC 3986, 2.1) and JSON escapes, if the result is ASCII. */
export function decodeAscii(text: string): string {
  if (!text.includes('%') && !text.includes('\\u00')) return text;
  return text.replace(/(?:%|\\u00)([2-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Maximum number of decodings: each program that passed the text on may have encoded it. */
const MAX_ENCODED = 3;

export function decodeOften(text: string): string {
  let decoded = text;
  for (let times = 0; times < MAX_ENCODED; times += 1) {
    const before = decoded;
    decoded = decodeAscii(before);
    if (decoded === before) break;
  }
  return decoded;
}

/** Longer paths are truncated, to bound memory. */
const MAX_PATH_LENGTH = 300;

/** The last, partial word of a truncated path: a part of a secret would not be recognized. */
const CUT_WORD = /(?<![A-Za-z0-9])[A-Za-z0-9_%-]{1,128}$/;

/** Formats a path for messages, decisions and the log. */
export function showPath(path: string): string {
  return shortenPath(redact(path));
}

/** Truncates a path that has no credentials, for the same purpose. */
export function shortenPath(path: string): string {
  return path.length <= MAX_PATH_LENGTH ? path : path.slice(0, MAX_PATH_LENGTH).replace(CUT_WORD, '');
}

const FINGERPRINT = /^sha256:[0-9a-f]{10}$/;

export function isFingerprint(value: unknown): boolean {
  return typeof value === 'string' && FINGERPRINT.test(value);
}

/** Formats a number with its noun: `1 request`, `2 requests`. */
export function formatCount(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

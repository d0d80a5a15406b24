import { encodedForms } from './base64.ts';

/** NGC keys, and whatever else is joined to them. */
const NGC_KEY = /nvapi-[A-Za-z0-9_-]+/gi;
/** The same in base64, as registries and Basic authentication have them. */
const ENCODED_KEYS = encodedForms('nvapi-').map(({ text }) => text);
const BASE64_LETTERS = /[A-Za-z0-9+/_=-]{10,}/g;
/** What a JWT (RFC 7519) consists of, and perhaps one. Each run ends where no other can begin, so reading is linear. */
const JWT_LETTERS = /[A-Za-z0-9_.-]{14,}/g;
/** How every header of a JWT begins, and how many letters it has at least. */
const JWT_BEGINNING = 'eyJ';
const LEAST_HEADER = 13;
/** Codes and refresh tokens of a mock begin with the mark of their world; a digest has hexadecimal digits only. */
const CODE = /(?<![A-Za-z0-9])(?:[A-Za-z0-9]{64}|[A-Za-z0-9]{43})(?![A-Za-z0-9])/g;
const MARKED = /^[0-9a-f]{12}[A-Za-z0-9]*[G-Zg-z]/;
const LEAST_CODE = 43;

/** A credential that is recognised by its form. */
export type KnownForm = 'NGC key' | 'JWT' | 'code';

/**
 * A text with something in place of every credential in it that has a form of its own: NGC keys, JWTs, codes and refresh
 * tokens. Most texts have none, and cost next to nothing.
 *
 * @param shown what stands in place of a credential
 */
export function replaceCredentials(text: string, shown: (credential: string, kind: KnownForm) => string): string {
  let hidden = text;
  if (hidden.includes(JWT_BEGINNING)) hidden = hidden.replace(JWT_LETTERS, (run) => withoutJwt(run, shown));
  if (ENCODED_KEYS.some((encoded) => hidden.includes(encoded))) {
    const isKey = (run: string) => ENCODED_KEYS.some((encoded) => run.includes(encoded));
    hidden = hidden.replace(BASE64_LETTERS, (run) => (isKey(run) ? shown(run, 'NGC key') : run));
  }
  hidden = hidden.replace(NGC_KEY, (key) => shown(key, 'NGC key'));
  if (hidden.length < LEAST_CODE) return hidden;
  return hidden.replace(CODE, (word) => (MARKED.test(word) ? shown(word, 'code') : word));
}

function withoutJwt(run: string, shown: (credential: string, kind: 'JWT') => string): string {
  const begins = run.indexOf(JWT_BEGINNING);
  if (begins < 0 || run.indexOf('.', begins + LEAST_HEADER) < 0) return run;
  return `${run.slice(0, begins)}${shown(run.slice(begins), 'JWT')}`;
}

/** What the log, a decision or a finding has in place of a credential. */
const IN_PLACE: Readonly<Record<KnownForm, string>> = { JWT: 'eyJ...', 'NGC key': 'nvapi-...', code: '(code)' };

/** Prepares a text for the log, a decision or a finding: removes credentials that its sender put in the wrong place. */
export function redact(text: string): string {
  const meant = decodeOften(text);
  const told = replaceCredentials(meant, (_, kind) => IN_PLACE[kind]);
  // Shown as it was sent, unless its decoded form holds what nobody may see.
  return told === meant ? text : told;
}

/** Decodes percent-encoding (RFC 3986, 2.1) and the escapes of JSON, as far as the result is ASCII. */
export function decodeAscii(text: string): string {
  if (!text.includes('%') && !text.includes('\\u00')) return text;
  return text.replace(/(?:%|\\u00)([2-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** A text that went through several programs may be encoded by each of them. */
const MOST_ENCODED = 3;

/** Decodes what is encoded again and again, as far as anybody does that. */
export function decodeOften(text: string): string {
  let meant = text;
  for (let times = 0; times < MOST_ENCODED; times += 1) {
    const before = meant;
    meant = decodeAscii(before);
    if (meant === before) break;
  }
  return meant;
}

/** Longer paths are cut, so that what is remembered stays bounded. */
const MOST_PATH = 300;

/** The word at the end of a path that was cut, with others joined to it: nobody recognises a part of a secret. */
const CUT_WORD = /(?<![A-Za-z0-9])[A-Za-z0-9_%-]{1,128}$/;

/** A path as messages, decisions and the log show it. */
export function showPath(path: string): string {
  const told = redact(path);
  return told.length <= MOST_PATH ? told : told.slice(0, MOST_PATH).replace(CUT_WORD, '');
}

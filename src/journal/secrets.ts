import { createHmac } from 'node:crypto';
import { decodeOften, replaceCredentials } from '../core/redact.ts';
import { hideAssigned, hidePaired, hideParameters } from './assigned-secrets.ts';
import { replaceBase64 } from './base64-words.ts';
import { LEAST_WORD, replaceKnownWords } from './joined-words.ts';
import { replaceRandomWords } from './random-words.ts';
import { bareName, isCount, isErrorCode, NAMED, namesSecret, secrecyOf } from './secret-names.ts';

/** The secrets of a world, and their fingerprints. */
export interface KnownSecrets {
  /** The replacement of a secret in the journal: equal for equal secrets. */
  fingerprint(secret: string): string;
  /** Is the whole text a secret of the world? */
  has(text: string): boolean;
  /** Does a document have a member or parameter with this name? */
  isDocumented(bareName: string): boolean;
}

/** Digits of a fingerprint: enough to see that two secrets are equal, too few to search for a secret. */
const DIGITS = 10;
const MARK = 'sha256:';
const FINGERPRINT = /^sha256:[0-9a-f]{10}$/;

/**
 * A fingerprint such as `sha256:0c5e1f9a2b`. It depends on a key, so that nobody can test guesses against it. The
 * fingerprint of a fingerprint is itself, so that one from the journal can be searched for.
 */
export function fingerprintOf(secret: string, key: string): string {
  if (FINGERPRINT.test(secret)) return secret;
  return `${MARK}${createHmac('sha256', key).update(secret).digest('hex').slice(0, DIGITS)}`;
}

/** Shorter values are too common to compare. */
export const LEAST_VALUE = 8;

/** Nested base64 is decoded up to this depth. */
const MOST_DECODED = 2;

/** The nesting depth of a text. */
interface Within {
  /** Of texts that are JSON. */
  readonly nested: number;
  /** Of words in base64. */
  readonly decoded: number;
}

const OUTSIDE: Within = { nested: 0, decoded: 0 };

/**
 * Replaces the credentials in a text by fingerprints: known forms first, then secrets of the world, then words that
 * contain any of these in base64.
 */
export function hideCredentials(text: string, secrets: KnownSecrets, within = OUTSIDE): string {
  const { fingerprint } = secrets;
  const formless = replaceCredentials(text, (credential) => fingerprint(credential));
  if (formless.length < LEAST_WORD) return formless;
  const unknown = replaceKnownWords(formless, (word) => secrets.has(word), fingerprint);
  if (within.decoded === MOST_DECODED) return unknown;
  const deeper = { ...within, decoded: within.decoded + 1 };
  return replaceBase64(unknown, (inside) => hideText(inside, 'open', secrets, deeper) !== inside, fingerprint);
}

/** Replaces the credentials in a line of the log or a decision, where they may be encoded. */
export function hideInLine(line: string, secrets: KnownSecrets): string {
  const named = hideParameters(line, secrets.fingerprint);
  const meant = decodeOften(named);
  const hidden = hideCredentials(meant === named ? meant : hideParameters(meant, secrets.fingerprint), secrets);
  return hidden === meant ? named : hidden;
}

/**
 * Lists of secrets. Their names may be read, as members `name` or, in answers, as the entries themselves; anything else in
 * them is secret, also where a client sends another form.
 */
const SECRET_LIST = 'secrets';

/** Deeper than any accepted body. */
const MOST_DEPTH = 70;

/** Nested JSON texts are parsed up to this depth; deeper ones are treated as plain texts. */
const MOST_NESTED = 4;

/**
 * The place of a value. `unnamed`: no document has its name; `secret`: all values are secret; `secret text`: only texts
 * are secret.
 */
type Place = 'open' | 'unnamed' | 'secret' | 'secret text' | typeof SECRET_LIST;

/** Copies a JSON value with fingerprints in place of secrets. Values deeper than any accepted body are dropped. */
export function hideSecrets(value: unknown, secrets: KnownSecrets): unknown {
  return hideValue(value, 'open', secrets, { ...OUTSIDE, depth: 0 });
}

interface Level extends Within {
  readonly depth: number;
}

function hideValue(value: unknown, place: Place, secrets: KnownSecrets, level: Level): unknown {
  if (typeof value === 'number' && place === 'secret') return secrets.fingerprint(String(value));
  if (typeof value === 'string') return hideText(value, place, secrets, level);
  if (typeof value !== 'object' || value === null) return value;
  if (level.depth > MOST_DEPTH) return null;
  const deeper = { ...level, depth: level.depth + 1 };
  if (Array.isArray(value)) {
    const isName = (one: unknown) => place === SECRET_LIST && typeof one === 'string';
    return value.map((one) => hideValue(one, isName(one) ? 'open' : place, secrets, deeper));
  }
  const isPair = isPairOfSecret(value);
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    const inside = isPair && name === 'value' ? 'secret' : placeOf(name, member, place, secrets);
    return [hideCredentials(name, secrets), hideValue(member, inside, secrets, deeper)];
  });
  return Object.fromEntries(members);
}

/** A pair of `name` and `value`, such as an environment variable. */
function isPairOfSecret(value: object): boolean {
  if (!('value' in value)) return false;
  const { value: held } = value;
  const names = ['name' in value ? value.name : null, 'key' in value ? value.key : null];
  return names.some((name) => typeof name === 'string' && namesSecret(name) && !isCount(name, held));
}

/** The place of a field of a form, a query or a header, where an authorization code may have any length. */
function placeOfField(name: string, value: string, secrets: KnownSecrets): Place {
  return bareName(name) === 'code' ? 'secret text' : placeOf(name, value, 'open', secrets);
}

function placeOf(name: string, member: unknown, around: Place, secrets: KnownSecrets): Place {
  if (name === 'code' && isErrorCode(String(member))) return around;
  const bare = bareName(name);
  if (around === SECRET_LIST) return bare === 'name' ? 'open' : 'secret';
  if (around !== 'secret' && bare === SECRET_LIST) return SECRET_LIST;
  const secrecy = secrecyOf(name);
  if (around === 'secret' || secrecy === 'all') return 'secret';
  if (secrecy === 'texts' && !isCount(name, member)) return 'secret text';
  return secrets.isDocumented(bare ?? '') ? 'open' : 'unnamed';
}

/**
 * Hides the secrets in a complete text. Its decoded form is checked too, and the text stays encoded if nothing is
 * hidden.
 */
function hideText(text: string, place: Place, secrets: KnownSecrets, within: Within = OUTSIDE): string {
  const hidden = hideMeant(text, place, secrets, within);
  const meant = decodeOften(hidden);
  if (meant === hidden) return hidden;
  const told = hideMeant(meant, place, secrets, within);
  return told === meant ? hidden : told;
}

function hideMeant(text: string, place: Place, secrets: KnownSecrets, within: Within): string {
  if (text === '') return text;
  if (place !== 'open' && place !== 'unnamed') return secrets.fingerprint(text);
  if (text.length >= LEAST_VALUE && secrets.has(text)) return secrets.fingerprint(text);
  if (/^\s*[[{"]/.test(text)) {
    if (within.nested === MOST_NESTED) return hideSecretsInText(text, secrets, within);
    const value = parseJson(text);
    if (value !== undefined) {
      const inside = { ...within, depth: 0, nested: within.nested + 1 };
      const hidden = JSON.stringify(hideValue(value, place, secrets, inside));
      // Keeps the original formatting, unless something is hidden.
      return hidden === JSON.stringify(value) ? text : hidden;
    }
  }
  if (/^[a-z][a-z0-9+.-]{0,30}:\/\/\S*$/i.test(text)) return hideInUrl(text, secrets, within);
  const assigned = hideAssigned(hideUsers(hideCredentials(text, secrets, within), secrets), secrets.fingerprint);
  return place === 'unnamed' ? replaceRandomWords(assigned, secrets.fingerprint) : assigned;
}

/** Undefined if the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The user of a URL, with a password or a token. */
const USER = /(\/\/)([^\s/?#"'<>\\]+)@/g;

/** Replaces the passwords in a text's URLs; without a password, the whole user part. */
function hideUsers(text: string, secrets: KnownSecrets): string {
  if (!text.includes('@')) return text;
  return text.replace(USER, (_, slashes: string, user: string) => {
    if (FINGERPRINT.test(user)) return `${slashes}${user}@`;
    const [, name = '', secret = ''] = /^([^:]*:)?(.*)$/s.exec(user) ?? [];
    return `${slashes}${name}${secret === '' ? '' : secrets.fingerprint(secret)}@`;
  });
}

/** String members of JSON. */
const MEMBER = /"([\w.-]{1,100})"(\s*:\s*)"((?:[^"\\]|\\.)*)("?)/gs;

/** The rest after the name of a secret that is already hidden. */
const HIDDEN = /\s{0,9}"?sha256:[0-9a-f]{10}(?:"|$)/y;
/** The rest after a name such as `max_tokens`. */
const COUNT = /\s{0,9}["']?\d{1,6}(?![\w.-])/y;

/**
 * Hides the secrets in a text that cannot be parsed, because it is truncated or malformed. String members that look
 * like JSON are replaced one by one. From any other name of a secret on, a fingerprint replaces the rest.
 */
export function hideSecretsInText(text: string, secrets: KnownSecrets, within = OUTSIDE): string {
  const meant = text.replaceAll(/\\u00([2-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  const named = meant.replace(MEMBER, (whole: string, name: string, colon: string, value: string, end: string) => {
    const isOpen = value === '' || isCount(name, value) || (name === 'code' && isErrorCode(value));
    return !isOpen && (secrecyOf(name) !== null || secrets.has(value))
      ? `"${name}"${colon}"${secrets.fingerprint(value)}${end}`
      : whole;
  });
  const hidden = hidePaired(named, secrets.fingerprint);
  const open = (shown: string) => hideUsers(hideCredentials(shown, secrets, within), secrets);
  for (const found of hidden.matchAll(NAMED)) {
    const end = found.index + found[0].length;
    HIDDEN.lastIndex = end;
    COUNT.lastIndex = end;
    const isOpen = HIDDEN.test(hidden) || (/tokens/i.test(found[0]) && COUNT.test(hidden));
    if (end < hidden.length && !isOpen) {
      return `${open(hidden.slice(0, end))}${secrets.fingerprint(hidden.slice(end))}`;
    }
  }
  return open(hidden === meant ? text : hidden);
}

/** Names of fields. Other characters mean that the body is not a form. */
const FIELD_NAME = /^[\w.:[\]-]*$/;

/** Fields of a form or a query, with fingerprints in place of secrets; a repeated field has a list. */
export function hideFields(fields: URLSearchParams, secrets: KnownSecrets): Record<string, string | string[]> {
  const shown = new Map<string, string | string[]>();
  for (const [sent, value] of fields) {
    const name = decodeOften(sent);
    const isNamed = FIELD_NAME.test(name);
    const place = placeOfField(name, value, secrets);
    const isSecret = !isNamed && name.search(NAMED) >= 0;
    const text =
      isNamed || isSecret ? hideText(value, isSecret ? 'secret' : place, secrets) : hideSecretsInText(value, secrets);
    const hidden = isNamed ? hideCredentials(name, secrets) : hideSecretsInText(name, secrets);
    const told = hidden === name ? sent : hidden;
    const before = shown.get(told);
    shown.set(told, before === undefined ? text : [before, text].flat());
  }
  return Object.fromEntries(shown);
}

/** Headers with a URL or a path. */
const ADDRESSES: ReadonlySet<string> = new Set(['location', 'referer', 'content-location', 'origin', 'x-original-url']);

/** Headers of HTTP and of tracing, whose values may look random. */
const COMMON_HEADER =
  /^(?:accept|access-control|age|allow|b3$|cache|connection|content|date|dnt|e?tag|expect|forwarded|from|host|if-|keep|last|link|max|origin|pragma|priority|range|retry|sec-|server|te$|trace|trailer|transfer|upgrade|user-agent|vary|via|warning|www-|x-(?:amzn-trace|b3|cloud-trace|correlation|forwarded|mock|real|request|trace)|nvcf-)/;

/** The value of a header, with fingerprints in place of secrets. @param name in lower case */
export function hideInHeader(name: string, value: string, secrets: KnownSecrets): string {
  if (/(?:authorization|api-key)$/.test(name)) return hideCredential(value, secrets);
  if (ADDRESSES.has(name)) return hideInUrl(value, secrets);
  const place = placeOfField(name, value, secrets);
  return hideText(value, place === 'unnamed' && COMMON_HEADER.test(name) ? 'open' : place, secrets);
}

/** Long names of headers consist of several words, each shorter than this. */
const LONG_NAME = /^(?=.{41}).*[A-Za-z0-9]{24}/s;
/** A JWT as a client sends it that lower-cases header names. The header of a JWT is short. */
const SMALL_JWT = /eyj[a-z0-9_-]{10,500}\.[a-z0-9_-]/;

/** The name of a header, with fingerprints in place of secrets, which may be in lower case. */
export function hideHeaderName(name: string, secrets: KnownSecrets): string {
  const hidden = hideCredentials(name, secrets);
  if (hidden !== name) return hidden;
  const isSecret = LONG_NAME.test(name) || SMALL_JWT.test(name);
  return isSecret ? secrets.fingerprint(name) : replaceRandomWords(name, secrets.fingerprint);
}

/** `Bearer <token>`: the scheme stays, because it is a frequent mistake. */
function hideCredential(value: string, secrets: KnownSecrets): string {
  const [, scheme = '', credential = ''] = /^(bearer|basic|dpop|token|apikey|)( *.*)$/is.exec(value) ?? [];
  const secret = credential.trimStart();
  const space = credential.slice(0, credential.length - secret.length);
  return `${scheme}${space}${secret === '' ? '' : secrets.fingerprint(secret)}`;
}

/**
 * The target of a request or a redirect, with fingerprints in place of its user, and of secrets in path, query and
 * fragment.
 */
export function hideInUrl(url: string, secrets: KnownSecrets, within = OUTSIDE): string {
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) ?? [];
  return `${hidePath(path, secrets, within)}${hideQuery(query, secrets, within)}${hideQuery(fragment, secrets, within)}`;
}

/**
 * The path as sent, unless its decoded form contains a credential. Parameters are hidden before decoding, because
 * encoded characters do not separate them.
 */
function hidePath(path: string, secrets: KnownSecrets, within: Within): string {
  const named = hidePathParameters(path, secrets, within);
  const meant = decodeOften(named);
  const whole = hidePathParameters(hideUsers(meant, secrets), secrets, within).split('/');
  const hidden = whole
    .map((segment) => (segment.length >= LEAST_VALUE && secrets.has(segment) ? secrets.fingerprint(segment) : segment))
    .join('/');
  const told = hideCredentials(hidden, secrets, within);
  return told === meant ? named : told;
}

/** The parameters of segments (RFC 3986, 3.3), such as `/a;token=x/b`. */
function hidePathParameters(path: string, secrets: KnownSecrets, within: Within): string {
  if (!path.includes('=')) return path;
  return path.replaceAll(/[^/;]+/g, (part) => hideParameter(part, secrets, within) ?? part);
}

function hideQuery(query: string, secrets: KnownSecrets, within: Within): string {
  if (query === '') return '';
  const parts = query.slice(1).split('&');
  const hidden = parts.map((part) => hideParameter(part, secrets, within) ?? hidePart(part, secrets, within));
  return `${query.slice(0, 1)}${hidden.join('&')}`;
}

/** Null if there is nothing to hide. */
function hideParameter(part: string, secrets: KnownSecrets, within: Within): string | null {
  const at = part.indexOf('=');
  if (at < 0) return null;
  const [name, value] = [decode(part.slice(0, at)), decode(part.slice(at + 1))];
  const told = hideText(value, placeOfField(decodeOften(name), value, secrets), secrets, within);
  return told === value ? null : `${hideInLine(part.slice(0, at), secrets)}=${told}`;
}

/** A malformed part of a query. */
function hidePart(part: string, secrets: KnownSecrets, within: Within): string {
  const meant = decodeOften(decode(part));
  const hidden = hideSecretsInText(meant, secrets, within);
  return hidden === meant ? part : hidden;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** The secrets in a value, recognised by their names, such as a seed's. */
export function secretsIn(root: unknown): string[] {
  const found: string[] = [];
  const waiting: [value: unknown, isSecret: boolean][] = [[root, false]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, isSecret] = next;
    if (typeof value === 'string' && isSecret) found.push(value);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      waiting.push([member, secrecyOf(name) !== null && typeof member === 'string']);
    }
  }
  return found;
}

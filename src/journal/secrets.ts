import { hash } from 'node:crypto';
import { decodeAscii, replaceCredentials } from '../core/redact.ts';

/** How much of a hash stands for a secret: enough to see that two are the same, and too little to search with. */
const DIGITS = 10;
const MARK = 'sha256:';

/** What the journal shows in place of a secret, such as `sha256:0c5e1f9a2b`: the same for the same secret. */
export function fingerprint(secret: string): string {
  return FINGERPRINT.test(secret) ? secret : `${MARK}${hash('sha256', secret, 'hex').slice(0, DIGITS)}`;
}

const FINGERPRINT = /^sha256:[0-9a-f]{10}$/;

/** A text with a fingerprint in place of every credential in it. */
export function hideCredentials(text: string): string {
  return replaceCredentials(text, fingerprint);
}

/**
 * How names of fields, parameters, members and headers end that hold a secret, without case and signs: those of RFC 6749,
 * 7009, 7523, 7636, 8693 and OpenID Connect, those of the emulated APIs, and others that are formed alike. A name that
 * only looks like one costs a reader a value; one that is missing would show a secret.
 */
const SECRET_ENDINGS = [
  ...['password', 'passwd', 'passphrase', 'secret', 'secretvalue', 'token', 'tokenvalue', 'idtokenhint', 'assertion'],
  ...['credential', 'credentials', 'privatekey', 'apikey', 'codeverifier'],
];
const SECRET_NAME = new RegExp(`(?:${SECRET_ENDINGS.join('|')})$`);

/** Longer names are not of any API. */
const MOST_NAME = 100;

function isSecret(name: string): boolean {
  if (name.length > MOST_NAME) return false;
  const bare = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return bare === 'code' || SECRET_NAME.test(bare);
}

/** Lists of secrets by name: there, every `value` is one. */
const SECRET_LIST = 'secrets';

/** Errors have a `code`, too, and theirs is shorter than any secret. */
const LEAST_CODE = 16;

/** Deeper than any body that is accepted. */
const MOST_DEPTH = 70;

type Place = 'open' | 'secret' | typeof SECRET_LIST;

/**
 * A copy of a JSON value with fingerprints in place of secrets: texts in members with such a name, and credentials in
 * any other text. What is nested deeper than any body that is accepted is left out.
 */
export function hideSecrets(value: unknown, place: Place = 'open', depth = 0): unknown {
  if (typeof value === 'number' && place === 'secret') return fingerprint(String(value));
  if (typeof value === 'string') return place === 'secret' ? fingerprint(value) : hideCredentials(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MOST_DEPTH) return null;
  if (Array.isArray(value)) return value.map((one) => hideSecrets(one, place, depth + 1));
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    return [hideCredentials(name), hideSecrets(member, placeOf(name, member, place), depth + 1)];
  });
  return Object.fromEntries(members);
}

function placeOf(name: string, member: unknown, around: Place): Place {
  if (name === 'code' && String(member).length < LEAST_CODE) return around;
  if (isSecret(name) || (around === SECRET_LIST && name === 'value')) return 'secret';
  return name === SECRET_LIST ? SECRET_LIST : around;
}

/** The name of a secret, with what separates it from its value in JSON, forms, YAML, markup and whatever is like them. */
const NAMED =
  /(?:pass(?:word|wd|phrase)|secret|token|assertion|credential|private[_-]?key|api[_-]?key|verifier|code)(?:[_-]?value)?s?[^A-Za-z0-9]{0,9}?[:=>\r\n]/gi;

/** Members of JSON that are texts. */
const MEMBER = /"([A-Za-z_-]{1,100})"(\s*:\s*)"((?:[^"\\]|\\.)*)("?)/g;

/** What follows the name of a secret that is hidden already. */
const HIDDEN = /\s{0,9}"?sha256:[0-9a-f]{10}(?:"|$)/y;

/**
 * The same for a text that cannot be read as a value, because its end is missing or its form is wrong. What looks like
 * JSON is hidden member by member; from any other name of a secret on, a fingerprint stands for all the rest.
 */
export function hideSecretsInText(text: string): string {
  const meant = text.replaceAll(/\\u00([2-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  const hidden = meant.replace(MEMBER, (whole: string, name: string, colon: string, value: string, end: string) =>
    isSecret(name) ? `"${name}"${colon}"${fingerprint(value)}${end}` : whole,
  );
  for (const found of hidden.matchAll(NAMED)) {
    const end = found.index + found[0].length;
    HIDDEN.lastIndex = end;
    if (end < hidden.length && !HIDDEN.test(hidden)) {
      return `${hideCredentials(hidden.slice(0, end))}${fingerprint(hidden.slice(end))}`;
    }
  }
  return hideCredentials(hidden === meant ? text : hidden);
}

/** Whatever else stands where the name of a field should, somebody sent a body of another form. */
const FIELD_NAME = /^[\w.:[\]-]*$/;

/** Fields of a form or a query, with fingerprints in place of secrets; of a field that occurs twice, all values. */
export function hideFields(fields: URLSearchParams): Record<string, string | string[]> {
  const shown = new Map<string, string | string[]>();
  for (const [name, value] of fields) {
    const isNamed = FIELD_NAME.test(name);
    const text =
      isSecret(name) || (!isNamed && name.search(NAMED) >= 0) ? fingerprint(value) : hideSecretsInText(value);
    const told = isNamed ? hideCredentials(name) : hideSecretsInText(name);
    const before = shown.get(told);
    shown.set(told, before === undefined ? text : [before, text].flat());
  }
  return Object.fromEntries(shown);
}

/** Headers whose value is a secret as a whole. `Authorization` names its scheme first. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  ...['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-mock-admin-token'],
]);

/** The value of a header, with fingerprints in place of secrets. @param name in lower case */
export function hideInHeader(name: string, value: string): string {
  if (SECRET_HEADERS.has(name)) return hiddenCredential(value);
  if (name === 'location' || name === 'referer') return hideInUrl(value);
  return isSecret(name) ? fingerprint(value) : hideCredentials(value);
}

/** `Bearer <token>`: the scheme stays, because it is what people get wrong. */
function hiddenCredential(value: string): string {
  const [, scheme = '', credential = ''] = /^(bearer|basic|dpop|token|apikey|)( *.*)$/is.exec(value) ?? [];
  const secret = credential.trimStart();
  const space = credential.slice(0, credential.length - secret.length);
  return `${scheme}${space}${secret === '' ? '' : fingerprint(secret)}`;
}

/** The target of a request or a redirect, with fingerprints in place of secrets in its query and fragment. */
export function hideInUrl(url: string): string {
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) ?? [];
  return `${hiddenPath(path)}${hiddenQuery(query)}${hiddenQuery(fragment)}`;
}

/** As it was sent, unless its decoded form holds a credential. */
function hiddenPath(path: string): string {
  const meant = decodeAscii(path);
  const hidden = hideCredentials(meant);
  return hidden === meant ? path : hidden;
}

function hiddenQuery(query: string): string {
  if (query === '') return '';
  const parts = query.slice(1).split('&');
  const hidden = parts.map((part) => {
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    if (at >= 0 && isSecret(decoded(name))) return `${name}=${fingerprint(decoded(part.slice(at + 1)))}`;
    const meant = decoded(part);
    const hidden = hideSecretsInText(meant);
    return hidden === meant || at < 0 ? hideCredentials(part) : hidden;
  });
  return `${query.slice(0, 1)}${hidden.join('&')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

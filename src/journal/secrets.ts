import { hash } from 'node:crypto';

/** How much of a hash stands for a secret: enough to see that two are the same, and too little to search with. */
const DIGITS = 10;
const MARK = 'sha256:';

/** What the journal shows in place of a secret, such as `sha256:0c5e1f9a2b`: the same for the same secret. */
export function fingerprint(secret: string): string {
  return FINGERPRINT.test(secret) ? secret : `${MARK}${hash('sha256', secret, 'hex').slice(0, DIGITS)}`;
}

const FINGERPRINT = /^sha256:[0-9a-f]{10}$/;

/** Texts that are credentials wherever they stand: NGC keys, and JWTs (RFC 7519). */
const CREDENTIAL = /nvapi-[A-Za-z0-9_-]+|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]*/g;

/** A text with a fingerprint in place of every credential in it. */
export function hideCredentials(text: string): string {
  return text.includes('nvapi-') || text.includes('eyJ') ? text.replace(CREDENTIAL, fingerprint) : text;
}

/**
 * Names of fields, parameters and members that hold a secret, without case, hyphens and underscores: those of RFC 6749,
 * 7009, 7523, 7636, 8693 and OpenID Connect, and those of the emulated APIs.
 */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  ...['accesstoken', 'apikey', 'appsecret', 'assertion', 'clientassertion', 'clientsecret', 'code', 'codeverifier'],
  ...['credential', 'externaltoken', 'idtoken', 'idtokenhint', 'newpassword', 'password', 'refreshtoken', 'secret'],
  ...['secretvalue', 'subjecttoken', 'temppassword', 'token', 'tokenvalue'],
]);

/** Longer names are not of any API. */
const MOST_NAME = 100;

function isSecret(name: string): boolean {
  return name.length <= MOST_NAME && SECRET_NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, ''));
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
  if (name === 'code' && typeof member === 'string' && member.length < LEAST_CODE) return around;
  if (isSecret(name) || (around === SECRET_LIST && name === 'value')) return 'secret';
  return name === SECRET_LIST ? SECRET_LIST : around;
}

/** Members of JSON that cannot be parsed, because its end is missing. */
const MEMBER = /"([A-Za-z_-]{1,100})"(\s*:\s*)"((?:[^"\\]|\\.)*)("?)/g;

/** The same for JSON that is only the beginning of a text. */
export function hideSecretsInText(text: string): string {
  const hidden = text.replace(MEMBER, (whole: string, name: string, colon: string, value: string, end: string) =>
    isSecret(name) ? `"${name}"${colon}"${fingerprint(value)}${end}` : whole,
  );
  return hideCredentials(hidden);
}

/** Fields of a form or a query, with fingerprints in place of secrets; of a field that occurs twice, all values. */
export function hideFields(fields: URLSearchParams): Record<string, string | string[]> {
  const shown = new Map<string, string | string[]>();
  for (const [name, value] of fields) {
    const text = isSecret(name) ? fingerprint(value) : hideCredentials(value);
    const before = shown.get(name);
    shown.set(hideCredentials(name), before === undefined ? text : [before, text].flat());
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
  return `${hideCredentials(path)}${hiddenQuery(query)}${hiddenQuery(fragment)}`;
}

function hiddenQuery(query: string): string {
  if (query === '') return '';
  const parts = query.slice(1).split('&');
  const hidden = parts.map((part) => {
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    if (at >= 0 && isSecret(name)) return `${name}=${fingerprint(decoded(part.slice(at + 1)))}`;
    return hideCredentials(part);
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

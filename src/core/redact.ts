/** NGC keys, and whatever else is joined to them. */
const NGC_KEY = /nvapi-[A-Za-z0-9_-]+/gi;
/** What a JWT (RFC 7519) consists of, and perhaps one. Each run ends where no other can begin, so reading is linear. */
const JWT_LETTERS = /[A-Za-z0-9_.-]{14,}/g;
/** How every header of a JWT begins, and how many letters it has at least. */
const JWT_BEGINNING = 'eyJ';
const LEAST_HEADER = 13;

/**
 * A text with something in place of every credential in it: of NGC keys and JWTs, which are credentials wherever they
 * occur. Most texts have none, and cost next to nothing.
 *
 * @param shown what stands in place of a credential
 */
export function replaceCredentials(
  text: string,
  shown: (credential: string, kind: 'NGC key' | 'JWT') => string,
): string {
  const withoutJwts = text.includes(JWT_BEGINNING) ? text.replace(JWT_LETTERS, (run) => withoutJwt(run, shown)) : text;
  return withoutJwts.replace(NGC_KEY, (key) => shown(key, 'NGC key'));
}

function withoutJwt(run: string, shown: (credential: string, kind: 'JWT') => string): string {
  const begins = run.indexOf(JWT_BEGINNING);
  if (begins < 0 || run.indexOf('.', begins + LEAST_HEADER) < 0) return run;
  return `${run.slice(0, begins)}${shown(run.slice(begins), 'JWT')}`;
}

/** Prepares a text for the log, a decision or a finding: removes credentials that its sender put in the wrong place. */
export function redact(text: string): string {
  const meant = decodeAscii(text);
  const told = replaceCredentials(meant, (_, kind) => (kind === 'JWT' ? 'eyJ...' : 'nvapi-...'));
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

/** Longer paths are cut, so that what is remembered stays bounded. */
const MOST_PATH = 300;

/** A path as messages, decisions and the log show it. */
export function showPath(path: string): string {
  return redact(path).slice(0, MOST_PATH);
}

/**
 * Texts that are credentials wherever they occur: NGC keys, and JWTs (RFC 7519). A text is searched only if it contains
 * the beginning of one, so most texts cost next to nothing.
 */
const CREDENTIALS: readonly { readonly begins: RegExp; readonly form: RegExp; readonly shown: string }[] = [
  { begins: /nvapi-/i, form: /nvapi-[A-Za-z0-9_-]+/gi, shown: 'nvapi-...' },
  { begins: /eyJ/, form: /eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]*/g, shown: 'eyJ...' },
];

/** Prepares a text for the log, a decision or a finding: removes credentials that its sender put in the wrong place. */
export function redact(text: string): string {
  const meant = decodeAscii(text);
  // Shown as it was sent, unless its decoded form holds what nobody may see.
  if (!CREDENTIALS.some(({ begins }) => begins.test(meant))) return text;
  return CREDENTIALS.reduce((told, { form, shown }) => told.replace(form, shown), meant);
}

/** Decodes the percent-encoding of a URL text (RFC 3986, 2.1), as far as the result is ASCII. */
export function decodeAscii(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Longer paths are cut, so that what is remembered stays bounded. */
const MOST_PATH = 300;

/** A path as messages, decisions and the log show it. */
export function showPath(path: string): string {
  return redact(path).slice(0, MOST_PATH);
}

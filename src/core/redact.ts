/**
 * Texts that are credentials wherever they stand: keys of NGC, and JWTs (RFC 7519). Both are looked for only where their
 * beginning is, so a text without costs next to nothing.
 */
const CREDENTIALS: readonly { readonly begins: RegExp; readonly form: RegExp; readonly shown: string }[] = [
  { begins: /nvapi-/i, form: /nvapi-[A-Za-z0-9_-]+/gi, shown: 'nvapi-...' },
  { begins: /eyJ/, form: /eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]*/g, shown: 'eyJ...' },
];

/** A text for the log, a decision or a finding: without the credentials that its sender put where they do not belong. */
export function redact(text: string): string {
  const meant = decodeAscii(text);
  // Shown as it was sent, unless what it means is what nobody may see.
  if (!CREDENTIALS.some(({ begins }) => begins.test(meant))) return text;
  return CREDENTIALS.reduce((told, { form, shown }) => told.replace(form, shown), meant);
}

/** A text of a URL with what is encoded in it (RFC 3986, 2.1) as it is meant, as far as that is ASCII. */
export function decodeAscii(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Longer paths are cut, so that what is remembered stays bounded. */
const MOST_PATH = 300;

/** A path as messages, decisions and the log tell it. */
export function showPath(path: string): string {
  return redact(path).slice(0, MOST_PATH);
}

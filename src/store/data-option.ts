/** Does `--data` name a database rather than a file? */
export function isPostgresUrl(data: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(data);
}

/** A scheme has at least two letters here: one letter is a drive of Windows. */
const OTHER_URL = /^([a-z][a-z0-9+.-]+):\/\//i;
/**
 * Texts of which nobody wants a file, and which may contain a password: a URL of another kind, or one with extra
 * characters before it, with missing or with wrong ones; `user:password@host`; a connection string.
 */
const MISTYPED_URLS: readonly RegExp[] = [
  /^[\s"'`<]*[a-z][a-z0-9+.-]+:/i,
  /[:;]\/\//,
  /^[\s"'`<]*postgres(?:ql)?\/\//i,
  /^[\s"'`<]*\/{0,2}[^/\\:@]+:[^/\\@]+@/,
  /\b(?:password|passwd|pwd)\s*=/i,
];
/** A `/`, `?` or `#` in the password ends the authority of the URL, and the rest of the password follows it. */
const BROKEN_PASSWORD = /^[^/]*\/\/[^/?#@]*(?:\/[^?#]*@|\?[^=#]*@|[^#]*#)/;

/**
 * Why `--data` is neither a path nor a valid URL; null if it can be used. Only its scheme is quoted: the rest may
 * contain a password, and where is unknown.
 */
export function faultOfData(data: string): string | null {
  const advice = 'Give the path of a file, such as `./mock.db`, or a URL that begins with `postgres://`';
  if (isPostgresUrl(data)) {
    if (!BROKEN_PASSWORD.test(data)) return null;
    return '--data is a URL whose user or password contains a `/`, `?` or `#`. Write it as `%2F`, `%3F` or `%23`.';
  }
  const scheme = OTHER_URL.exec(data)?.[1];
  if (scheme !== undefined) return `--data is a URL that begins with \`${scheme}://\`. ${advice}.`;
  if (MISTYPED_URLS.some((form) => form.test(data))) {
    return `--data looks like a mistyped URL. ${advice}, with nothing before it.`;
  }
  // better-sqlite3 would open the file without it.
  return /\s$/.test(data) ? `--data ends with white space. ${advice}.` : null;
}

/** `--data` without secrets: the password and the options of a URL are left out, except the schema. */
export function shownData(data: string): string {
  if (!isPostgresUrl(data)) return data;
  if (!URL.canParse(data)) return 'postgres://...';
  const { username, host, pathname, searchParams } = new URL(data);
  const schema = searchParams.get('schema');
  const whose = username === '' ? '' : `${username}@`;
  return `postgres://${whose}${host}${pathname}${schema === null ? '' : `?schema=${schema}`}`;
}

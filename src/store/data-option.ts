/** The drivers for data files that there are, by the names of their modules. */
export type DriverName = 'better-sqlite3' | 'node:sqlite';

/** Does `--data` name a database rather than a file? */
export function isPostgresUrl(data: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(data);
}

/** A scheme of two letters or more: one letter is a drive. */
const OTHER_URL = /^([a-z][a-z0-9+.-]+):\/\//i;
/** Certainly no path: the beginning of a URL with something before it or missing in it, or `user:password@host`. */
const MISTYPED_URLS: readonly RegExp[] = [
  /^[\s"'`<]*[a-z][a-z0-9+.-]+:[/\\]/i,
  /^[\s"'`<]*postgres(?:ql)?(?::|\/\/)/i,
  /^[\s"'`<]*\/{0,2}[^/\\:@]+:[^/\\@]+@/,
];
/** A `/`, `?` or `#` in the password ends the part that names user and host, and the rest of the password follows. */
const BROKEN_PASSWORD = /^[^/]*\/\/[^/?#@]*(?:\/[^?#]*@|\?[^=#]*@|[^#]*#)/;

/**
 * Why `--data` cannot be meant as it is written; null if it can. Nothing of it is repeated but a scheme: it may contain a
 * password, and it is not known where.
 */
export function faultOfData(data: string): string | null {
  const advice = 'Give the path of a file, or a URL that begins with `postgres://`';
  if (isPostgresUrl(data)) {
    if (!BROKEN_PASSWORD.test(data)) return null;
    return '--data is a URL whose user or password has a `/`, `?` or `#` in it. Write it as `%2F`, `%3F` or `%23`.';
  }
  const scheme = OTHER_URL.exec(data)?.[1];
  if (scheme !== undefined) return `--data is a URL that begins with \`${scheme}://\`. ${advice}.`;
  if (!MISTYPED_URLS.some((form) => form.test(data))) return null;
  return `--data looks like a URL that is mistyped at its beginning. ${advice}, with nothing before it.`;
}

/** `--data` without secrets: a URL loses its password and its options. */
export function shownData(data: string): string {
  if (!isPostgresUrl(data)) return data;
  if (!URL.canParse(data)) return 'postgres://...';
  const { username, host, pathname, searchParams } = new URL(data);
  const schema = searchParams.get('schema');
  const whose = username === '' ? '' : `${username}@`;
  return `postgres://${whose}${host}${pathname}${schema === null ? '' : `?schema=${schema}`}`;
}

import { showValue } from '../text/redact.ts';

/** The names that SQLite gives to a database in memory (https://www.sqlite.org/inmemorydb.html). */
const IN_MEMORY = /^(?:(?:file:)?:memory:(?:\?.*)?|file:[^?]*\?(?:.*&)?mode=memory(?:&.*)?)$/i;

/** Does `--data` ask for memory rather than a file? */
export function isInMemory(data: string): boolean {
  return IN_MEMORY.test(data);
}

/** Does `--data` name a database rather than a file? */
export function isPostgresUrl(data: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(data);
}

/** A scheme has at least two letters here: one letter is a drive of Windows. */
const OTHER_URL = /^([a-z][a-z0-9+.-]+):\/\//i;
/** A URL with extra characters before it, or with missing or wrong ones. What may have a password is found by `showValue`. */
const MISTYPED_URLS: readonly RegExp[] = [/^[\s"'`<]*[a-z][a-z0-9+.-]+:/i, /^[\s"'`<]*postgres(?:ql)?[^\w/]*\/\//i];
/** A `/`, `?` or `#` in the password ends the authority of the URL, and the rest of the password follows it. */
const BROKEN_PASSWORD = /^[^/]*\/\/[^/?#@]*(?:\/[^?#]*@|\?[^=#]*@|[^#]*#)/;

/**
 * Why `--data` is neither a path nor a valid URL; null if it can be used. Only its scheme is quoted: the rest may
 * contain a password, and where is unknown.
 */
export function faultOfData(data: string): string | null {
  const advice = 'Give the path of a file, such as `./mock.db`, a URL that begins with `postgres://`, or `:memory:`';
  if (isPostgresUrl(data)) {
    if (!BROKEN_PASSWORD.test(data)) return null;
    return '--data is a URL whose user or password contains a `/`, `?` or `#`. Write it as `%2F`, `%3F` or `%23`.';
  }
  const scheme = OTHER_URL.exec(data)?.[1];
  if (scheme !== undefined) return `--data is a URL that begins with \`${scheme}://\`. ${advice}.`;
  if (MISTYPED_URLS.some((form) => form.test(data)) || showValue(data) !== data) {
    return `--data looks like a mistyped URL, or has a credential in it. ${advice}.`;
  }
  // SQLite reserves such names (https://www.sqlite.org/c3ref/open.html).
  if (data.startsWith(':')) return `--data begins with \`:\`. ${advice}.`;
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

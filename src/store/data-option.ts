import { showValue } from '../lib/redact.ts';

/** SQLite's names for an in-memory database (https://www.sqlite.org/inmemorydb.html). */
const IN_MEMORY = /^(?:(?:file:)?:memory:(?:\?.*)?|file:[^?]*\?(?:.*&)?mode=memory(?:&.*)?)$/i;

export function isInMemory(data: string): boolean {
  return IN_MEMORY.test(data);
}

export function isPostgresUrl(data: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(data);
}

/** A scheme needs at least two letters here, because one letter is a Windows drive. */
const OTHER_URL = /^([a-z][a-z0-9+.-]+):\/\//i;
/** A URL with extra, missing or wrong characters at the start. `showValue` finds possible passwords. */
const MISTYPED_URLS: readonly RegExp[] = [/^[\s"'`<]*[a-z][a-z0-9+.-]+:/i, /^[\s"'`<]*postgres(?:ql)?[^\w/]*\/\//i];
/** A `/`, `?` or `#` in the password ends the authority of the URL, so the rest of the password follows it. */
const BROKEN_PASSWORD = /^[^/]*\/\/[^/?#@]*(?:\/[^?#]*@|\?[^=#]*@|[^#]*#)/;

/** Explains why `--data` is unusable, or null. Quotes only the scheme: a password may be anywhere in the rest. */
export function checkDataOption(data: string): string | null {
  const advice = 'Give the path of a file, such as `./mock.db`, a URL that begins with `postgres://`, or `:memory:`';
  if (isPostgresUrl(data)) {
    if (!BROKEN_PASSWORD.test(data)) return null;
    return '--data is a URL whose user or password contains a `/`, `?` or `#`. Write it as `%2F`, `%3F` or `%23`.';
  }
  const scheme = OTHER_URL.exec(data)?.[1];
  if (scheme !== undefined) return `--data is a URL that begins with \`${scheme}://\`. ${advice}.`;
  if (MISTYPED_URLS.some((form) => form.test(data)) || showValue(data) !== data) {
    return `--data looks like a mistyped URL, or contains a credential. ${advice}.`;
  }
  // SQLite reserves such names (https://www.sqlite.org/c3ref/open.html).
  if (data.startsWith(':')) return `--data begins with \`:\`. ${advice}.`;
  // better-sqlite3 would strip it and open another file.
  return /\s$/.test(data) ? `--data ends with white space. ${advice}.` : null;
}

/** Returns `--data` without secrets: drops the password and all options of a URL except the schema. */
export function redactData(data: string): string {
  if (!isPostgresUrl(data)) return data;
  if (!URL.canParse(data)) return 'postgres://...';
  const { username, host, pathname, searchParams } = new URL(data);
  const schema = searchParams.get('schema');
  const userPart = username === '' ? '' : `${username}@`;
  return `postgres://${userPart}${host}${pathname}${schema === null ? '' : `?schema=${schema}`}`;
}

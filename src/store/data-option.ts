/** Does `--data` name a database rather than a file? */
export function isPostgresUrl(data: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(data);
}

/** The scheme of a URL of anything else, which is certainly not meant to be a path; null if it is none. */
export function otherScheme(data: string): string | null {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(data)?.[1] ?? null;
  return scheme === null || isPostgresUrl(data) ? null : scheme;
}

/** What may be shown of `--data`: of a URL, everything but the password and the options. */
export function shownData(data: string): string {
  if (!isPostgresUrl(data)) return data;
  if (!URL.canParse(data)) return 'postgres://...';
  const { username, host, pathname, searchParams } = new URL(data);
  const schema = searchParams.get('schema');
  const whose = username === '' ? '' : `${username}@`;
  return `postgres://${whose}${host}${pathname}${schema === null ? '' : `?schema=${schema}`}`;
}

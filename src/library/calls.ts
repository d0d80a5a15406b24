/** The transport to the control API: over the network, or in process. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** Calls the control API, and returns its answer. @throws MockError */
export type Call = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;

/** How many entries are asked for at once. */
const MAX_AT_ONCE = 1000;

/**
 * The entries of a list, page after page.
 *
 * @param path of the call, which is also the name of the list in its answer: `requests`
 * @param filter `limit`: at most this many; default: all
 */
export async function pagesOf<Entry>(
  call: Call,
  path: string,
  { limit, ...filter }: { readonly limit?: number | undefined } = {},
): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  let after: string | undefined;
  do {
    const missing = limit === undefined ? MAX_AT_ONCE : Math.min(limit - all.length, MAX_AT_ONCE);
    const query = queryOf({ ...filter, limit: missing, after });
    const page = await call<{ readonly next: string | null } & Readonly<Record<string, unknown>>>(
      'GET',
      `/${path}${query}`,
    );
    // The list has the name of its path.
    all.push(...(page[path] as readonly Entry[]));
    after = page.next ?? undefined;
  } while (after !== undefined && all.length !== limit);
  return all;
}

/** Members that are undefined are left out. */
export function queryOf(filter: object = {}): string {
  const fields = Object.entries(filter).flatMap(([name, value]): [string, string][] => {
    // A Date becomes RFC 3339; an invalid one becomes nothing.
    return value === undefined ? [] : [[name, String(value?.toJSON?.() ?? value)]];
  });
  return fields.length === 0 ? '' : `?${new URLSearchParams(fields)}`;
}

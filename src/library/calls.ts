/** Sends requests to the control API, over the network or in process. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** Calls the control API and returns the parsed body of the response. @throws MockError if the call is rejected */
export type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

/** The maximum number of entries per request. */
const MAX_PAGE_SIZE = 1000;

/** Reads a list, page by page. @param path also the list's name in the response @param filter `limit`: default: all */
export async function readAllPages<Entry>(
  call: Call,
  path: string,
  { limit, ...filter }: { readonly limit?: number | undefined } = {},
): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  let after: string | undefined;
  do {
    const pageSize = limit === undefined ? MAX_PAGE_SIZE : Math.min(limit - all.length, MAX_PAGE_SIZE);
    const query = formatQuery({ ...filter, limit: pageSize, after });
    const page = await call<{ readonly next: string | null } & Readonly<Record<string, unknown>>>(
      'GET',
      `/${path}${query}`,
    );
    // The member of the list has the name of the path.
    all.push(...(page[path] as readonly Entry[]));
    after = page.next ?? undefined;
  } while (after !== undefined && all.length !== limit);
  return all;
}

/** Formats a query string. Undefined members are left out. */
export function formatQuery(filter: object): string {
  const fields = Object.entries(filter).flatMap(([name, value]): [string, string][] => {
    // A Date becomes RFC 3339; an invalid Date becomes null.
    return value === undefined ? [] : [[name, String(value?.toJSON?.() ?? value)]];
  });
  return fields.length === 0 ? '' : `?${new URLSearchParams(fields)}`;
}

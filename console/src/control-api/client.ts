import { signal } from '@preact/signals';
import { readAllPages } from '../../../src/console-entry.ts';

/** The types of the control API, shared with the client library. */
export type * from '../../../src/console-entry.ts';

/** The path prefix of this world; empty for the default world, and for a world with a separate host. */
const WORLD_PREFIX = document.documentElement.dataset['below'] ?? '';

/** A refusal by the control API, with its message. */
export class RefusalError extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The admin token that the user entered. Only in memory, never in a URL or in storage. */
export const adminToken = signal<string | null>(null);

/** Returns the address of a path in this world, for links. */
export function addressOf(path: string): string {
  return WORLD_PREFIX + path;
}

/**
 * Sends a request to the control API of this world.
 *
 * @throws RefusalError with the control API's message; TypeError if the server cannot be reached
 */
export async function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  const token = adminToken.value;
  // Tells the server that the request is from its own page, if a browser sends neither Origin nor Referer.
  const consoleHeaders = { 'x-mock-console': '1', ...(token !== null && { 'x-mock-admin-token': token }) };
  const headers = { ...init.headers, ...consoleHeaders };
  const response = await fetch(addressOf(path), { ...init, method, headers, credentials: 'omit', cache: 'no-store' });
  if (response.ok) return response;
  const problem: { detail?: unknown; code?: unknown } = await response.json().catch(() => ({}));
  throw new RefusalError(
    response.status,
    typeof problem.detail === 'string' ? problem.detail : `HTTP ${response.status}`,
  );
}

/** Returns the options of a request with a JSON body; without a body, none. */
export function withJson(body: unknown): RequestInit {
  return body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Sends JSON to the control API and returns the JSON of its response. @throws like `send` */
export async function ask<Result>(method: string, path: string, body?: unknown): Promise<Result> {
  const response = await send(method, path, withJson(body));
  return (response.status === 204 ? undefined : await response.json()) as Result;
}

/** Returns null for a 404, for use with `catch`. @throws the error if it is a different one */
export function nullIfNotFound(error: unknown): null {
  if (error instanceof RefusalError && error.status === 404) return null;
  throw error;
}

/**
 * Reads a list of the control API, page by page.
 *
 * @param list the name of the list, which is also its path: `requests`
 * @param filter `limit`: the maximum number of entries; default: all
 * @throws like `send`
 */
export function askAll<Entry>(
  list: string,
  filter?: Readonly<Record<string, string | number | boolean>>,
): Promise<readonly Entry[]> {
  return readAllPages((method, path, body) => ask(method, `/_mock${path}`, body), list, filter);
}

import { signal } from '@preact/signals';
import { readAllPages } from '../../../src/console-entry.ts';

/** The path prefix of this world; empty for the default world, and for a world with a separate host. */
const WORLD_PREFIX = document.documentElement.dataset['below'] ?? '';

/** A refusal by the control API, with its message. */
export class Refused extends Error {
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
 * @throws Refused with the control API's message; TypeError if the server cannot be reached
 */
export function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  return sendTo(addressOf(path), method, init);
}

async function sendTo(address: string, method: string, init: RequestInit): Promise<Response> {
  const token = adminToken.value;
  // Tells the server that the request is from its own page, if a browser sends neither Origin nor Referer.
  const consoleHeaders = { 'x-mock-console': '1', ...(token !== null && { 'x-mock-admin-token': token }) };
  const headers = { ...init.headers, ...consoleHeaders };
  const response = await fetch(address, { ...init, method, headers, credentials: 'omit', cache: 'no-store' });
  if (response.ok) return response;
  const problem: { detail?: unknown; code?: unknown } = await response.json().catch(() => ({}));
  throw new Refused(response.status, typeof problem.detail === 'string' ? problem.detail : `HTTP ${response.status}`);
}

/** Sends JSON to the control API and returns its response. @throws like `send` */
export async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await send(method, path, {
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/** For `catch`: turns a 404 into null. @throws any other error */
export function nullIfNotFound(fault: unknown): null {
  if (fault instanceof Refused && fault.status === 404) return null;
  throw fault;
}

/**
 * Reads a list of the control API, page by page.
 *
 * @param list its name, which is also its path: `requests`
 * @param filter `limit`: the maximum number of entries; default: all
 * @throws like `send`
 */
export function askAll<Entry>(
  list: string,
  filter?: Readonly<Record<string, string | number | boolean>>,
): Promise<readonly Entry[]> {
  return readAllPages((method, path, body) => ask(method, `/_mock${path}`, body), list, filter);
}

/** Reads from the control API of a different world, by its path prefix. @throws like `send` */
export const askAt = {
  async one<Answer>(prefix: string, path: string): Promise<Answer> {
    return (await (await sendTo(`${prefix}/_mock/${path}`, 'GET', {})).json()) as Answer;
  },
  all<Entry>(prefix: string, list: string): Promise<readonly Entry[]> {
    const call = async (method: string, path: string) => (await sendTo(`${prefix}/_mock${path}`, method, {})).json();
    return readAllPages(call, list);
  },
};

import { signal } from '@preact/signals';
import { pagesOf } from '../../../src/console-entry.ts';

/** The path prefix of this world; empty for the default world, and for a world with a separate host. */
const BELOW = document.documentElement.dataset['below'] ?? '';

/** What the control API refused, in its words. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Given by hand, and known until the page is left: never in an address, and never stored. */
export const adminToken = signal<string | null>(null);

/** The address of something in this world, to link to. */
export function addressOf(path: string): string {
  return BELOW + path;
}

/**
 * Sends a request to the control API of this world.
 *
 * @throws Refused with what the control API says, TypeError if it cannot be reached
 */
export function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  return sendTo(addressOf(path), method, init);
}

async function sendTo(address: string, method: string, init: RequestInit): Promise<Response> {
  const token = adminToken.value;
  // Lets the server recognise requests of its own pages if a browser sends neither origin nor referrer.
  const ours = { 'x-mock-console': '1', ...(token !== null && { 'x-mock-admin-token': token }) };
  const headers = { ...init.headers, ...ours };
  const response = await fetch(address, { ...init, method, headers, credentials: 'omit', cache: 'no-store' });
  if (response.ok) return response;
  const problem: { detail?: unknown; code?: unknown } = await response.json().catch(() => ({}));
  throw new Refused(response.status, typeof problem.detail === 'string' ? problem.detail : `HTTP ${response.status}`);
}

/** Asks the control API for a value. @throws as `send` does */
export async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await send(method, path, {
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  // Of the type that the document of the control API gives it.
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/** For `catch`: null in place of what is no longer there. @throws any other fault */
export function nullIfGone(fault: unknown): null {
  if (fault instanceof Refused && fault.status === 404) return null;
  throw fault;
}

/**
 * Asks the control API for a list, page after page.
 *
 * @param list its name, which is also that of its path: `requests`
 * @param filter `limit`: at most this many; default: all
 * @throws as `send` does
 */
export function askAll<Entry>(
  list: string,
  filter?: Readonly<Record<string, string | number | boolean>>,
): Promise<readonly Entry[]> {
  return pagesOf((method, path, body) => ask(method, `/_mock${path}`, body), list, filter);
}

/** Asks the control API of another world, by the path that leads into it. @throws as `send` does */
export const askAt = {
  async one<Answer>(below: string, path: string): Promise<Answer> {
    return (await (await sendTo(`${below}/_mock/${path}`, 'GET', {})).json()) as Answer;
  },
  all<Entry>(below: string, list: string): Promise<readonly Entry[]> {
    const call = async (method: string, path: string) => (await sendTo(`${below}/_mock${path}`, method, {})).json();
    return pagesOf(call, list);
  },
};

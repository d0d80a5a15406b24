import type { Locator, Page } from 'playwright-core';
import { admin } from '../../../test/support/cast.ts';
import { listeningServer } from '../../../test/support/listening.ts';
import { castKey } from '../../../test/support/ngc-cast.ts';

/** The text of a key that may invoke one function, and nothing else. */
export const INVOKER = castKey('nvcf-invoker').key;

/** The body of a request for a token of the administrator. */
export const TOKEN_ORDER = {
  grantType: 'client_credentials',
  clientId: admin.accessKey.clientId,
  clientSecret: admin.accessKey.clientSecret,
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
export const readJson = async (url: string, init?: RequestInit): Promise<any> => {
  const text = await (await fetch(url, init)).text();
  return text === '' ? null : JSON.parse(text);
};

/** A request of a test uses a connection of its own: `fetch` may reuse one that a stopped server on the port has closed. */
const OWN_CONNECTION = { connection: 'close' };

/** Starts a server. Returns its URL, and functions that stop it and send requests to it. */
export async function startServer(config: Parameters<typeof listeningServer>[0] = {}, port = 0) {
  const { url, close: stop } = await listeningServer(config, port);
  const ask = (method: string, path: string, token = INVOKER, body?: object) =>
    fetch(url + path, {
      method,
      headers: {
        ...OWN_CONNECTION,
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  const mock = (method: string, path: string, body?: object) =>
    readJson(`${url}/_mock${path}`, {
      method,
      headers: { ...OWN_CONNECTION, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  return { url, stop, ask, mock };
}

/** Starts a server with everything in force: a fault, a frozen clock and a pending edit. */
export async function startServerWithAllEffects() {
  const server = await startServer({ propagation: 'fixed' });
  const { mock } = server;
  await mock('POST', '/faults', { do: { delay: '1ms' }, match: { service: 'air' } });
  await mock('POST', '/clock/freeze', {});
  await mock('PATCH', `/keys/${castKey('nvcf-deployer').id}`, { scopes: ['list_functions'] });
  return server;
}

/** Enters the admin token of a server. */
export async function unlock(page: Page, token: string): Promise<void> {
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

/** Returns the rows of the list of requests. */
export const requestRows = (page: Page): Locator =>
  page.getByRole('listbox', { name: 'Requests, newest first' }).getByRole('option');

import type { Locator, Page } from 'playwright-core';
import { listeningServer } from '../../../test/support/listening.ts';
import { castKey } from '../../../test/support/ngc-cast.ts';

/** May invoke one function, and nothing else. */
export const INVOKER = castKey('nvcf-invoker').key;

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
export const readJson = async (url: string, init?: RequestInit): Promise<any> => {
  const text = await (await fetch(url, init)).text();
  return text === '' ? null : JSON.parse(text);
};

/** A server that listens, and requests to it. */
export async function served(config: Parameters<typeof listeningServer>[0] = {}, port = 0) {
  const { url, close: stop } = await listeningServer(config, port);
  const ask = (method: string, path: string, token = INVOKER, body?: object) =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const mock = (method: string, path: string, body?: object) =>
    readJson(`${url}/_mock${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  return { url, stop, ask, mock };
}

/** A server whose behaviour is changed in every way there is. */
export async function servedWithAll() {
  const server = await served({ propagation: 'fixed' });
  const { mock } = server;
  await mock('POST', '/faults', { do: { delay: '1ms' }, match: { service: 'air' } });
  await mock('POST', '/drills/token-outage', { for: '10m' });
  await mock('PUT', '/mode', { mode: 'observe' });
  await mock('POST', '/clock/freeze', {});
  await mock('PATCH', `/keys/${castKey('nvcf-deployer').id}`, { scopes: ['list_functions'] });
  return server;
}

/** Enters the admin token of a server. */
export async function unlock(page: Page, token: string): Promise<void> {
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

/** The requests that Live lists. */
export const rows = (page: Page): Locator =>
  page.getByRole('listbox', { name: 'Requests, newest first' }).getByRole('option');

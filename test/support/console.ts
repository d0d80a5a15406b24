import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import type { Config } from '../../src/config/options.ts';
import { launch } from './browser.ts';
import { listeningServer } from './listening.ts';
import { castKey } from './ngc-cast.ts';

/** May invoke one function, and nothing else. */
export const INVOKER = castKey('nvcf-invoker').key;

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
export const readJson = async (url: string, init?: RequestInit): Promise<any> => {
  const text = await (await fetch(url, init)).text();
  return text === '' ? null : JSON.parse(text);
};

/** A server that listens, and requests to it. */
export async function served(config: Partial<Config> = {}, port = 0) {
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

/**
 * A browser for the tests of a group.
 *
 * @returns opens the console in a window of its own; what the page itself complains about fails the test
 */
export function aBrowser(): (url: string, options?: BrowserContextOptions) => Promise<Page> {
  const open = { browser: null as Browser | null };
  beforeAll(async () => {
    open.browser = await launch();
  });
  afterAll(() => open.browser?.close());
  return async (url, options = {}) => {
    if (open.browser === null) throw new Error('there is no browser');
    const context = await open.browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (line) => {
      if (line.type() === 'error' && !/Failed to load resource|ERR_/.test(line.text())) faults.push(line.text());
    });
    onTestFinished(async () => {
      await context.close();
      expect(faults).toEqual([]);
    });
    await page.goto(url);
    return page;
  };
}

/** The requests that Live lists. */
export const rows = (page: Page): Locator =>
  page.getByRole('listbox', { name: 'Requests, newest first' }).getByRole('option');

/** Does it fit into the window, however narrow that is? */
export const fits = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth <= innerWidth');

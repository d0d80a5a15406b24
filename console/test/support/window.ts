import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { hasBrowser, launch } from '../../../test/support/browser.ts';
import { startServer } from './server.ts';

/** Opens an address in a new window. */
export type OpenPage = (url: string, options?: BrowserContextOptions) => Promise<Page>;

/** The colour schemes, and widths of a window in pixels, in which a page must be accessible. */
export const LOOKS = [
  ['light', 360],
  ['dark', 1280],
  ['light', 2560],
] as const;

export const TELEPHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

/** Describes what tests look at in a browser, on a machine that has one. */
export const describeInBrowser = describe.runIf(hasBrowser);

/**
 * Starts a browser for the tests of a `describe` or a file. An error on the console of a page fails the test.
 *
 * @param usual the errors that libraries of the page always report
 */
export function setUpBrowser(usual = /^$/): OpenPage {
  const open = { browser: null as Browser | null };
  beforeAll(async () => {
    if (hasBrowser) open.browser = await launch();
  });
  afterAll(() => open.browser?.close());
  return async (url, options = {}) => {
    if (open.browser === null) throw new Error('there is no browser');
    const context = await open.browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('console', (line) => {
      const isRelevant = !/Failed to load resource|ERR_/.test(line.text()) && !usual.test(line.text());
      if (line.type() === 'error' && isRelevant) errors.push(line.text());
    });
    onTestFinished(async () => {
      await context.close();
      expect(errors).toEqual([]);
    });
    await page.goto(url);
    return page;
  };
}

/** Starts a browser for the tests of a `describe` or a file, which open pages, or the console at an address of a new server. */
export function setUpConsole() {
  const openPage = setUpBrowser();
  const openConsole = async (
    address: string,
    config: Parameters<typeof startServer>[0] = {},
    options: BrowserContextOptions = {},
  ) => {
    const server = await startServer(config);
    return { ...server, page: await openPage(`${server.url}/#/${address}`, options) };
  };
  return { openConsole, openPage };
}

/** Returns whether everything on the page fits into the width of the window. */
export async function fitsWidth(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth <= innerWidth')) === true;
}

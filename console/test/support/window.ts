import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { launch } from '../../../test/support/browser.ts';

/** Opens an address in a window of its own. */
export type OpenWindow = (url: string, options?: BrowserContextOptions) => Promise<Page>;

/** Widths at which people must be able to read a page, and both of its colour schemes. */
export const SCHEMES = ['light', 'dark'] as const;
export const WIDTHS = [360, 1400, 2560] as const;

/**
 * A browser for the tests around; what a page complains about by itself, such as its own policy, fails its test.
 *
 * @param usual what its libraries always say
 */
export function windows(usual = /^$/): OpenWindow {
  const open = { browser: null as Browser | null };
  beforeAll(async () => {
    open.browser = await launch();
  });
  afterAll(() => open.browser?.close());
  return async (url, options = {}) => {
    if (open.browser === null) throw new Error('there is no browser');
    const context = await open.browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (line) => {
      const isOurs = !/Failed to load resource|ERR_/.test(line.text()) && !usual.test(line.text());
      if (line.type() === 'error' && isOurs) faults.push(line.text());
    });
    onTestFinished(async () => {
      await context.close();
      expect(faults).toEqual([]);
    });
    await page.goto(url);
    return page;
  };
}

/** Does everything on the page fit into its window from left to right? */
export async function fitsWidth(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth <= innerWidth')) === true;
}

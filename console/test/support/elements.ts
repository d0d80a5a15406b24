/** What tests find, read and press in a page. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';

export async function unlock(page: Page, token: string): Promise<void> {
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

export const requestRows = (page: Page): Locator =>
  page.getByRole('listbox', { name: 'Requests, newest first' }).getByRole('option');

export const requestPanel = (page: Page): Locator => page.getByRole('article', { name: 'Request' });

export const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name, exact: true });
export const region = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
export const tableRows = (page: Page, name: string): Locator => region(page, name).locator('tbody tr');

/** What offers to undo the last change. */
export const undo = (page: Page): Locator => page.getByRole('complementary', { name: 'Undo' });

/** Waits until the header of a view shows a count. */
export const waitForCount = (page: Page, text: string): Promise<void> =>
  page.locator('.count').getByText(text, { exact: true }).waitFor();

export const state = (page: Page): Promise<string> => page.locator('header .connection').innerText();

/** Returns what elements show, without line breaks. */
export const readTexts = async (elements: Locator): Promise<readonly string[]> =>
  (await elements.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());

/** Chooses an item in the menu of an entry. */
export async function chooseFromMenu(page: Page, entry: string, item: string): Promise<void> {
  await button(page, `More for ${entry}`).click();
  await button(page.locator('.menu:visible'), item).click();
}

/** A script that hides a page, or shows it again. */
export const hide = (isHidden: boolean): string => `
  Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'))`;

/** Lets a page use the clipboard. */
export const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };
export const readClipboard = (page: Page): Promise<string> => page.evaluate('navigator.clipboard.readText()');

export async function saveFile(page: Page, name: string): Promise<{ name: string; text: string }> {
  const waiting = page.waitForEvent('download');
  await button(page, name).click();
  const download = await waiting;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

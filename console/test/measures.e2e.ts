/** What is measured of every view of the console: targets and fields on a telephone, edges that can be seen, and motion. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { INVOKER, requestRows, startServer } from './support/console.ts';
import { fitsWidth, setUpBrowser } from './support/window.ts';

const INVOKER_ID = castKey('nvcf-invoker').id;

/** Each view and panel, with what it shows once it has read. */
const VIEWS: readonly (readonly [address: string, shows: string])[] = [
  ['requests', 'missing_scope'],
  ['findings', 'How sure the answers are'],
  ['clock', 'Upcoming events'],
  ['faults', 'Faults'],
  ['drills', 'Token outage'],
  ['worlds', 'before the upgrade'],
  ['identities', 'nvcf-registrar'],
  [`identities?who=${INVOKER_ID}`, 'invoke_function'],
  ['identities?make=service&services=nvcf', 'What it allows'],
  ['access-matrix?service=nvcf', 'createDeployment'],
  ['least-privilege', 'Observe is off'],
];

const TELEPHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

/** What fingers point at and is lower than 44 px. A link within a sentence is as high as its line (WCAG 2.5.8). */
const SMALL = `[...document.querySelectorAll('button, a.button, select, input:not([type=checkbox], [type=radio], [type=file]), textarea, .rail a')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height > 1 && one.closest('pre, .unseen, .cards thead') === null)
  .filter((one) => one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 120))`;

/** Choices that begin or end beside the window. */
const CUT = `[...document.querySelectorAll('main :is(select, input)')]
  .filter((one) => one.checkVisibility() && one.closest('.unseen') === null)
  .filter((one) => one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML.slice(0, 120))`;

/** Fields with smaller letters make a telephone zoom in. */
const SMALL_LETTERS = `[...document.querySelectorAll('select, input:not([type=checkbox], [type=radio]), textarea')]
  .filter((one) => one.checkVisibility() && Number.parseFloat(getComputedStyle(one).fontSize) < 16)
  .map((one) => one.outerHTML.slice(0, 120))`;

/** Buttons and fields whose edge, or else whose ground, is less than 3:1 from what they stand on (WCAG 1.4.11). */
const FAINT = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const channels = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const groundOf = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return channels(colour)[3] < 255 && element.parentElement !== null ? groundOf(element.parentElement) : colour;
  };
  return [...document.querySelectorAll('main :is(button, a.button, select, textarea, input:not([type=checkbox], [type=radio])):not(:disabled)')]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1)
    .filter((one) => getComputedStyle(one).borderTopWidth !== '0px')
    .filter((one) => {
      const below = groundOf(one.parentElement);
      return Math.max(contrast(getComputedStyle(one).borderTopColor, below), contrast(groundOf(one), below)) < 3;
    })
    .map((one) => one.outerHTML.slice(0, 120));
})()`;

async function startServerWithContent() {
  const server = await startServer({ propagation: 'fixed' });
  const { ask, mock } = server;
  await ask('POST', '/v2/nvcf/functions', INVOKER, {});
  await mock('POST', '/faults', { match: { service: 'air' }, do: { status: 503 } });
  await mock('POST', '/worlds', { id: 'alice' });
  await mock('POST', '/snapshots', { name: 'before the upgrade' });
  return server;
}

async function openView(page: Page, url: string, [address, shows]: (typeof VIEWS)[number]): Promise<void> {
  await page.goto(`${url}/#/${address}`);
  await page.locator('main').getByText(shows).locator('visible=true').first().waitFor();
}

describe.runIf(hasBrowser)('every view', () => {
  const openPage = setUpBrowser();

  it('has a header of one line, targets of 44 px and fields of 16 px on a phone', async () => {
    const { url } = await startServerWithContent();
    const page = await openPage(url, TELEPHONE);
    for (const view of VIEWS) {
      await openView(page, url, view);
      const header = await page.locator('.framed > header').boundingBox();

      // A panel has the whole window.
      const isOpen = (await page.locator('.second').count()) > 0;
      expect([view[0], header?.height]).toEqual([view[0], isOpen ? undefined : expect.closeTo(54, -1)]);
      expect([view[0], await page.evaluate(SMALL)]).toEqual([view[0], []]);
      expect([view[0], await page.evaluate(SMALL_LETTERS)]).toEqual([view[0], []]);
      expect([view[0], await page.evaluate(CUT)]).toEqual([view[0], []]);
      expect([view[0], await fitsWidth(page)]).toEqual([view[0], true]);
    }
  });

  it.each(['light', 'dark'] as const)('has visible edges: %s', async (colorScheme) => {
    const { url } = await startServerWithContent();
    const page = await openPage(url, { colorScheme, viewport: { width: 1400, height: 900 } });
    for (const view of VIEWS) {
      await openView(page, url, view);

      expect([view[0], await page.evaluate(FAINT)]).toEqual([view[0], []]);
    }
  });

  it('links to the other views in a sheet on a phone, which closes after a choice', async () => {
    const { url } = await startServerWithContent();
    const page = await openPage(`${url}/#/requests`, TELEPHONE);
    const sheet = page.getByRole('navigation', { name: 'Views' });
    expect(await sheet.count()).toBe(0);
    await page.getByRole('button', { name: 'Views' }).click();
    await sheet.getByRole('link', { name: 'Worlds' }).click();
    await page.getByRole('heading', { name: 'Worlds', level: 1 }).waitFor();

    await expect.poll(() => sheet.count()).toBe(0);
  });

  it.each([
    ['no-preference', /^0\.1[2-8]?s$/],
    ['reduce', /^0s$/],
  ] as const)('has short animations, or none if the user prefers reduced motion: %s', async (reducedMotion, wanted) => {
    const { url } = await startServerWithContent();
    const page = await openPage(`${url}/#/requests`, { reducedMotion });
    await requestRows(page).first().click();
    await page.getByRole('article').waitFor();

    for (const part of ['.within', '.requests .row']) {
      expect(await page.evaluate(`getComputedStyle(document.querySelector('${part}')).animationDuration`)).toMatch(
        wanted,
      );
    }
  });
});

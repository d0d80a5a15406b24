/** Measures of every view of the console: targets and fields on a phone, visible edges, animations, and controls that move. */
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { button, INVOKER, requestRows, startServer, TOKEN_ORDER } from './support/console.ts';
import { fitsWidth, setUpBrowser } from './support/window.ts';

const INVOKER_ID = castKey('nvcf-invoker').id;

/** Each view and panel, with what it shows once it has read. */
const VIEWS: readonly (readonly [address: string, shows: string])[] = [
  ['requests', 'missing_scope'],
  ['clock', 'Upcoming events'],
  ['faults', 'Faults'],
  ['worlds', 'before the upgrade'],
  ['identities', 'nvcf-registrar'],
  [`identities?who=${INVOKER_ID}`, 'invoke_function'],
  ['identities?make=service&services=nvcf', 'What it allows'],
  ['operations', 'createDeployment'],
  ['operations?service=nvcf&operation=createDeployment', 'Try as'],
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

/** Notes each usable control that moves by more than a pixel. */
const WATCH_MOVES = `(() => {
  const places = new Map();
  window.moves = [];
  const look = () => {
    for (const one of document.querySelectorAll('main :is(button, a, input, select, textarea, summary):not(:disabled)')) {
      const { top, left, height } = one.getBoundingClientRect();
      if (height < 1 || !one.checkVisibility() || one.closest('.unseen') !== null) continue;
      const last = places.get(one) ?? { top, left };
      if (Math.abs(last.top - top) > 1 || Math.abs(last.left - left) > 1) window.moves.push(one.outerHTML.slice(0, 120));
      places.set(one, { top, left });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

/** Delays each read of a page by 50 ms to 350 ms, depending on its path. @returns a promise that ends after the last read */
async function delayReads(page: Page): Promise<() => Promise<void>> {
  const reads = { pending: 0, lastAt: Date.now() };
  await page.route('**/_mock/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname.endsWith('/events')) return await route.continue();
    reads.pending += 1;
    await setTimeout(50 + (Buffer.from(pathname).reduce((sum, byte) => sum * 31 + byte, 7) % 300));
    await route.continue();
    Object.assign(reads, { pending: reads.pending - 1, lastAt: Date.now() });
  });
  return () => expect.poll(() => reads.pending === 0 && Date.now() - reads.lastAt > 300).toBe(true);
}

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

  it('links to the other views in a sheet on a phone, which shows the current one and closes after a choice', async () => {
    const { url, mock } = await startServerWithContent();
    await mock('POST', '/clock/freeze', {});
    const page = await openPage(`${url}/#/operations`, TELEPHONE);
    const sheet = page.getByRole('navigation', { name: 'Views' });
    expect(await sheet.count()).toBe(0);
    await button(page, 'Views').click();
    await sheet.getByRole('link', { name: 'Clock' }).getByText('frozen').waitFor();
    const current = await sheet.locator('[aria-current]').boundingBox();
    expect(current?.x).toBeGreaterThanOrEqual(0);
    expect((current?.x ?? 0) + (current?.width ?? 0)).toBeLessThanOrEqual(390);
    await sheet.getByRole('link', { name: 'Worlds' }).click();
    await page.getByRole('heading', { name: 'Worlds', level: 1 }).waitFor();

    await expect.poll(() => sheet.count()).toBe(0);
  });

  it.each([
    ['requests?request=', 'Move the clock there'],
    ['clock', 'Upcoming events'],
    ['identities', 'nvcf-registrar'],
    [`identities?who=${INVOKER_ID}`, 'What they may do'],
    ['identities?make=service&services=nvcf', 'What it allows'],
    ['operations?service=nvcf&operation=createFunction', 'Try as'],
    ['faults?make=yes', 'This fault in a test'],
    ['worlds?make=yes', 'Create the world'],
  ])('has controls that stay where they are while slow reads end: %s', async (address, shows) => {
    const { url, ask, mock } = await startServer();
    await ask('POST', '/api/v1/token', '', TOKEN_ORDER);
    await mock('POST', '/worlds', { id: 'alice' });
    const [{ id }] = (await mock('GET', '/requests')).requests;
    const page = await openPage('about:blank');
    await page.addInitScript(WATCH_MOVES);
    const finishReads = await delayReads(page);
    await openView(page, url, [address.endsWith('request=') ? `${address}${id}` : address, shows]);
    await finishReads();

    expect(await page.evaluate('window.moves')).toEqual([]);
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

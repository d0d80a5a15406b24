/** What moves in the console: the sheet of a phone, controls while something is read, and animations. */
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { castKey } from '../../test/support/ngc-cast.ts';
import { button, requestRows } from './support/elements.ts';
import { startServer, TOKEN_ORDER } from './support/server.ts';
import { describeInBrowser, setUpConsole, TELEPHONE } from './support/window.ts';

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

describeInBrowser('every view', () => {
  const { openConsole, openPage } = setUpConsole();

  it('links to the other views in a sheet on a phone, which shows the current one and closes after a choice', async () => {
    const { page, mock } = await openConsole('operations', {}, TELEPHONE);
    await mock('POST', '/clock/freeze', {});
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
    [`identities?who=${castKey('nvcf-invoker').id}`, 'What they may do'],
    ['identities?make=service&services=nvcf', 'What it allows'],
    ['operations?service=nvcf&operation=createFunction', 'Try as'],
    ['faults?make=yes', 'This fault in a test'],
  ])('has controls that stay where they are while slow reads end: %s', async (address, shows) => {
    const { url, ask, mock } = await startServer();
    await ask('POST', '/api/v1/token', '', TOKEN_ORDER);
    await mock('POST', '/worlds', { id: 'alice' });
    const [{ id }] = (await mock('GET', '/requests')).requests;
    const page = await openPage('about:blank');
    await page.addInitScript(WATCH_MOVES);
    const finishReads = await delayReads(page);
    await page.goto(`${url}/#/${address.endsWith('request=') ? `${address}${id}` : address}`);
    await page.locator('main').getByText(shows).locator('visible=true').first().waitFor();
    await finishReads();

    expect(await page.evaluate('window.moves')).toEqual([]);
  });

  it.each([
    ['no-preference', /^0\.1[2-8]?s$/],
    ['reduce', /^0s$/],
  ] as const)('has short animations, or none if the user prefers reduced motion: %s', async (reducedMotion, wanted) => {
    const { page, ask } = await openConsole('requests', {}, { reducedMotion });
    await ask('GET', '/v2/nvcf/functions');
    await requestRows(page).first().click();
    await page.getByRole('article').waitFor();

    for (const part of ['.within', '.requests .row']) {
      const duration = `getComputedStyle(document.querySelector('${part}')).animationDuration`;
      expect(await page.evaluate(duration)).toMatch(wanted);
    }
  });
});

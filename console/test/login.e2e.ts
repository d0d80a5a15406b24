/** The login page of Run:ai, in a browser. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Site, siteWith } from '../../test/support/browser.ts';
import { researcher } from '../../test/support/cast.ts';
import { listeningServer } from '../../test/support/listening.ts';
import { authorizationPath, type Fields } from '../../test/support/oauth.ts';
import { findAxeViolations } from './support/axe.ts';
import { startServer } from './support/server.ts';
import { describeInBrowser, fitsWidth, LOOKS, setUpBrowser } from './support/window.ts';

describeInBrowser('the login page', () => {
  const openWindow = setUpBrowser();
  const back = { site: null as Site | null };
  beforeAll(async () => {
    back.site = await siteWith('<!doctype html><html lang="en"><title>back</title>');
  });
  afterAll(() => back.site?.close());

  const callback = () => `http://127.0.0.1:${back.site?.port}/callback`;
  const pageOf = (url: string, given: Fields = {}) => url + authorizationPath({ redirect_uri: callback(), ...given });
  /** Waits until the page has led back. */
  const readCode = async (page: Page) => {
    await page.waitForURL(/\/callback\?/);
    return new URL(page.url()).searchParams.get('code');
  };

  it.each([
    ['with scripts', true],
    ['without scripts', false],
  ])('logs in by a click on an identity and by a password, %s', async (_how, javaScriptEnabled) => {
    const { url } = await listeningServer();
    const page = await openWindow(pageOf(url), { javaScriptEnabled });
    await page.getByRole('button', { name: researcher.email }).click();
    expect(await readCode(page)).toMatch(/^\w{43}$/);

    await page.goto(pageOf(url));
    await page.getByLabel('E-mail address').fill(researcher.email);
    await page.getByLabel('Password').fill(researcher.password);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    expect(await readCode(page)).toMatch(/^\w{43}$/);
  });

  it('shows long names and markup as text', async () => {
    const { url, mock } = await startServer();
    const email = `<img src=x onerror="document.title=1">${'n'.repeat(60_000)}@acme.test`;
    await mock('POST', '/worlds', {
      id: 'long',
      seed: { extends: 'builtin', runai: { users: [{ email, role: 'Viewer' }] } },
    });
    const page = await openWindow(pageOf(`${url}/w/long`), { viewport: { width: 360, height: 800 } });

    expect(await page.getByRole('button', { name: '<img src=x' }).count()).toBe(1);
    expect(await page.locator('img, script').count()).toBe(0);
    expect(await fitsWidth(page)).toBe(true);
  });

  it.each(LOOKS)('is accessible: %s, %i px wide', async (colorScheme, width) => {
    const { url } = await listeningServer();
    const page = await openWindow(pageOf(url), { colorScheme, viewport: { width, height: 900 } });
    expect(await findAxeViolations(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);

    await page.getByLabel('E-mail address').fill(researcher.email);
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);

    await page.goto(pageOf(url, { client_id: 'nobody' }));
    await page.getByText('runai-admin-ui').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
  });
});

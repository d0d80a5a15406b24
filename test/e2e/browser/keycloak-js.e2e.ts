import { copyFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hasBrowser, launch, type Site, siteOf } from '../../support/browser.ts';
import { researcher } from '../../support/cast.ts';
import { emptyFolder } from '../../support/folder.ts';
import { type TestServer, testServer } from '../../support/server.ts';

/** An application with keycloak-js as it is published, and the defaults of `init()`. @param url of the realm's server */
const application = (url: string) => `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<button>Log in</button>
<p></p>
<script type="module">
import Keycloak from './keycloak.js';
const keycloak = new Keycloak({ url: '${url}', realm: 'acme', clientId: 'web-app' });
const show = (text) => { document.querySelector('p').textContent = text; };
window.keycloak = keycloak;
document.querySelector('button').onclick = () => keycloak.login();
keycloak.onAuthLogout = () => show('ended elsewhere');
try {
  show((await keycloak.init()) ? 'logged in as ' + keycloak.tokenParsed.preferred_username : 'not logged in');
} catch (error) {
  show('failed: ' + (error?.message ?? JSON.stringify(error)));
}
</script>`;

if (!hasBrowser) process.stdout.write('SKIP: keycloak-js is tested where there is Chromium\n');

describe.skipIf(!hasBrowser)('keycloak-js, unchanged and with the defaults of `init()`,', () => {
  let site: Site;
  let browser: Browser;
  let server: TestServer;
  const warnings: string[] = [];

  beforeAll(async () => {
    const folder = await emptyFolder();
    site = await siteOf(pathToFileURL(`${folder}/`));
    const origin = `http://localhost:${site.port}`;
    server = await testServer({ cors: [origin], redirectUri: [`web-app=${origin}/`] });
    const { port } = await server.listen('127.0.0.1', 0);
    await copyFile(
      createRequire(new URL('../../../scripts/e2e/', import.meta.url)).resolve('keycloak-js'),
      `${folder}/keycloak.js`,
    );
    await writeFile(`${folder}/index.html`, application(`http://localhost:${port}/auth`));
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    site.close();
  });

  const profile = async (): Promise<BrowserContext> => {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    context.setDefaultTimeout(20_000);
    return context;
  };
  const opened = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage();
    page.on('console', (message) => warnings.push(message.text()));
    await page.goto(`http://localhost:${site.port}/`);
    await page.getByText('not logged in').waitFor();
    return page;
  };
  const logIn = async (page: Page) => {
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.fill('#username', researcher.email);
    await page.fill('#password', researcher.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText(`logged in as ${researcher.email}`).waitFor();
  };
  /** What an expression about the page's `keycloak` says. */
  const ask = (page: Page, expression: string) => page.evaluate(`(async () => ${expression})()`);
  /** keycloak-js asks the frame five seconds after a login, and every five seconds after that. */
  const nextCheck = (page: Page) => page.waitForTimeout(6_000);

  it('logs in, keeps its session, refreshes and logs out', async () => {
    const page = await opened(await profile());
    await logIn(page);
    expect(await ask(page, 'keycloak.refreshTokenParsed.typ')).toBe('Refresh');
    expect(await ask(page, 'location.hash')).toBe('');

    await nextCheck(page);
    expect(await ask(page, 'keycloak.authenticated')).toBe(true);

    const before = await ask(page, 'keycloak.token');
    expect(await ask(page, 'await keycloak.updateToken(-1)')).toBe(true);
    expect(await ask(page, 'keycloak.token')).not.toBe(before);

    await Promise.all([page.waitForURL(/^http:\/\/localhost:\d+\/$/), ask(page, 'void keycloak.logout()')]);
    await page.getByText('not logged in').waitFor();
    expect(warnings).toEqual([]);
  });

  it('detects in its iframe that the user logged out in another tab', async () => {
    const context = await profile();
    const [first, second] = [await opened(context), await opened(context)];
    await logIn(first);
    await logIn(second);
    await nextCheck(second);
    expect(await ask(first, 'keycloak.authenticated')).toBe(true);

    const third = await context.newPage();
    await third.goto(String(await ask(second, 'keycloak.createLogoutUrl()')));
    await second.getByText('ended elsewhere').waitFor();
    expect(await ask(first, 'keycloak.authenticated')).toBe(true);
  });
});

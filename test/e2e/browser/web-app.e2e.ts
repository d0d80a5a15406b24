import { cp, readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hasBrowser, launch, type Site, siteOf } from '../../support/browser.ts';
import { researcher } from '../../support/cast.ts';
import { launchProgram, MAIN } from '../../support/command.ts';
import { emptyFolder } from '../../support/folder.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const EXAMPLE = new URL('../../../examples/web-app/', import.meta.url);

if (!hasBrowser) process.stdout.write('SKIP: the web page that logs in is tested where there is Chromium\n');

describe.skipIf(!hasBrowser)('the web page of the example', () => {
  let site: Site;
  let browser: Browser;
  let server: TestServer;
  let issuer: string;

  beforeAll(async () => {
    site = await siteOf(EXAMPLE);
    const origin = `http://localhost:${site.port}`;
    server = await testServer({ cors: [origin], redirectUri: [`web-app=${origin}/`] });
    const { port } = await server.listen('127.0.0.1', 0);
    issuer = `http://localhost:${port}/auth/realms/acme`;
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    site.close();
  });

  const opened = async (path = '/', at = site) => {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`http://localhost:${at.port}${path}`);
    return page;
  };
  const logIn = async (page: Page) => {
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.fill('#username', researcher.email);
    await page.fill('#password', researcher.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText(`Logged in as ${researcher.email}.`).waitFor();
  };

  it('logs a user in, lists their access keys, refreshes the token and logs out', async () => {
    const page = await opened(`/?issuer=${encodeURIComponent(issuer)}`);
    await logIn(page);
    await page.getByText(researcher.accessKey.name, { exact: true }).waitFor();

    const renewed = page.waitForResponse((answer) => answer.url().endsWith('/token'));
    await page.getByRole('button', { name: 'Refresh the token' }).click();
    expect((await renewed).status()).toBe(200);
    expect(await page.textContent('#error')).toBe('');

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    expect(await page.textContent('#who')).toBe('');
  });

  it('finds the mock on any port with the commands of its README, and prints a hint before', async () => {
    const folder = await emptyFolder();
    await cp(EXAMPLE, folder, { recursive: true });
    const own = await siteOf(pathToFileURL(`${folder}/`));
    onTestFinished(() => own.close());
    const page = await opened('/', own);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('http://localhost:6625/auth/realms/acme does not respond').waitFor();

    const readme = await readFile(new URL('README.md', EXAMPLE), 'utf8');
    const [, args = ''] = /^`npx --no-install nv-auth-mock (.*)`$/m.exec(readme) ?? [];
    const command = `exec '${process.execPath}' '${MAIN}' ${args.replaceAll('5173', String(own.port))}`;
    const mock = launchProgram('bash', ['-c', command], folder);
    onTestFinished(() => void mock.kill('SIGTERM'));
    await expect.poll(() => readFile(`${folder}/mock.json`, 'utf8'), { timeout: 20_000 }).toContain('"ready"');
    await page.reload();
    await logIn(page);
    await page.getByText(researcher.accessKey.name, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor();

    mock.kill('SIGTERM');
    await mock.ended;
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText(/^http:\/\/127\.0\.0\.1:.* does not respond, or does not allow this page/).waitFor();
  });

  it('shows why a token was not renewed', async () => {
    const page = await opened(`/?issuer=${encodeURIComponent(issuer)}`);
    await logIn(page);
    await server.call('POST /_mock/reset');
    await page.getByRole('button', { name: 'Refresh the token' }).click();
    await page.getByText('invalid_grant').waitFor();
  });
});

/** What is done with a request that was recorded: fixes and their undoing, sending it again, and copying it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { emptyFolder } from '../../test/support/folder.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { copyInstallation, PATIENTLY, write } from '../../test/support/package.ts';
import { canImport, WITH_COMMAND } from '../../test/support/python.ts';
import { INVOKER, readJson, requestRows, startServer } from './support/console.ts';
import { setUpBrowser } from './support/window.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const REGISTRAR = castKey('nvcf-registrar');
const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };
/** A text that every language and shell has to escape. */
const STRANGE = `it's "ü" \\ \`f\` $\{x} %s\n`;
const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };

const panel = (page: Page) => page.getByRole('article', { name: 'Request' });
const fix = (page: Page) => panel(page).getByRole('button', { name: 'Fix and send again' });
const again = (page: Page) => panel(page).getByRole('region', { name: 'This request' });
const openRequest = async (page: Page, text: string | RegExp) => {
  await requestRows(page).filter({ hasText: text }).first().click();
  await again(page).getByRole('button', { name: 'Copy request' }).waitFor();
};
const copyText = async (page: Page, name: string) => {
  if (name !== 'Copy request') await again(page).getByRole('button', { name: 'Copy as test' }).click();
  await again(page).getByRole('button', { name }).click();
  return (await page.evaluate('navigator.clipboard.readText()')) as string;
};

/** Creates a token of an identity in the Run:ai cast. */
const createToken = async (mock: Awaited<ReturnType<typeof startServer>>['mock'], name: string): Promise<string> =>
  (await mock('POST', '/tokens', { for: name })).token;

/** Starts a server with requests of every kind. Returns it with the number of rows. */
async function startServerWithRequests() {
  const server = await startServer();
  const { ask, mock } = server;
  const researcher = await createToken(mock, 'researcher@acme.test');
  await ask('POST', '/v2/nvcf/functions', INVOKER, FUNCTION);
  await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, { name: 'f' });
  await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, { ...FUNCTION, name: STRANGE });
  await ask('GET', '/api/v1/users?name=a%26b&name=c', researcher);
  await fetch(`${server.url}/v2/nvcf/functions`);
  await mock('PATCH', `/keys/${REGISTRAR.id}`, { scopes: ['list_functions'] });
  await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, FUNCTION);
  await ask('GET', '/v2/nvcf/functions', REGISTRAR.key);
  return { ...server, shown: 7 };
}

/** Copies the test of each request in a language. */
async function copyTests(page: Page, language: string, count: number): Promise<readonly string[]> {
  const tests: string[] = [];
  for (let index = 0; index < count; index += 1) {
    await requestRows(page).nth(index).click();
    await expect.poll(() => requestRows(page).nth(index).getAttribute('aria-selected')).toBe('true');
    tests.push(await copyText(page, `${language} test`));
  }
  return tests;
}

describe.runIf(hasBrowser)('a copied test', () => {
  const openPage = setUpBrowser();

  it('passes in vitest, for every request', async () => {
    const { url, shown } = await startServerWithRequests();
    const page = await openPage(`${url}/#/requests?group=no`, CLIPBOARD);
    const tests = await copyTests(page, 'vitest', shown);
    const folder = await copyInstallation(['vitest']);
    await write(folder, Object.fromEntries(tests.map((text, index) => [`copied-${index}.test.ts`, text])));
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
    const { stdout } = await run(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', PATIENTLY, '--root', '.'],
      { cwd: folder, env },
    ).catch((failed: { stdout: string }) => failed);

    expect(stdout).toMatch(/Tests +7 passed/);
    expect(tests.filter((text) => text.includes('toBeRefused'))).toHaveLength(4);
  });

  it.runIf(canImport('python3', 'pytest'))('passes in pytest, for every request', async () => {
    const { url, shown } = await startServerWithRequests();
    const page = await openPage(`${url}/#/requests?group=no`, CLIPBOARD);
    const tests = await copyTests(page, 'pytest', shown);
    const folder = await emptyFolder();
    await write(folder, Object.fromEntries(tests.map((text, index) => [`test_copied_${index}.py`, text])));
    const env = { ...process.env, ...WITH_COMMAND, PYTHONPATH: join(ROOT, 'clients/python/src') };
    const { stdout } = await run(
      'python3',
      ['-B', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-p', 'nv_auth_mock.pytest_plugin', '.'],
      { cwd: folder, env },
    ).catch((failed: { stdout: string }) => failed);

    expect(stdout).toContain('7 passed');
  });

  it('is not offered if the credential is unknown', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions', 'nonsense');
    const page = await openPage(`${url}/#/requests`);
    await openRequest(page, 'unsupported_token');

    expect(await again(page).getByRole('button').allInnerTexts()).toEqual([
      'Copy request',
      'Copy as assertion',
      'Copy link',
    ]);
  });
});

describe.runIf(hasBrowser)('a copied shell command', () => {
  const openPage = setUpBrowser();

  it.each([
    ['of a key', 'createFunction', 200],
    ['of a user', 'get_users', 403],
  ])('sends the request as its caller: %s', async (_who, operation, status) => {
    const { url, ask, mock } = await startServer();
    await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, { ...FUNCTION, containerArgs: STRANGE });
    await ask('GET', '/api/v1/users?a=b', await createToken(mock, 'researcher@acme.test'));
    const page = await openPage(url, CLIPBOARD);
    await openRequest(page, operation);
    await run('bash', ['-c', await copyText(page, 'Copy request')]);

    const { requests } = await mock('GET', `/requests?operation=${operation}`);
    const [later, earlier] = requests;
    expect(later).toMatchObject({ status, query: earlier.query, principal: { name: earlier.principal.name } });
    expect(later.request.body).toEqual(earlier.request.body);
    expect(requests).toHaveLength(2);
  });
});

describe.runIf(hasBrowser)('a request that was refused before its body was read', () => {
  const openPage = setUpBrowser();

  it.each([
    ['403', INVOKER],
    ['401', null],
  ])('is copied with its body, as a request and as a test: %s', async (status, key) => {
    const { url } = await startServer();
    const headers = { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) };
    await fetch(`${url}/v2/nvcf/functions`, { method: 'POST', headers, body: JSON.stringify(FUNCTION) });
    const page = await openPage(url, CLIPBOARD);
    await openRequest(page, status);

    expect(await copyText(page, 'Copy request')).toContain(JSON.stringify(FUNCTION));
    expect(await copyText(page, 'vitest test')).toContain(FUNCTION.containerImage);
    await page.keyboard.press('Escape');
    expect(await copyText(page, 'pytest test')).toContain(FUNCTION.containerImage);
  });
});

describe.runIf(hasBrowser)('a resent request', () => {
  const openPage = setUpBrowser();

  it('is a new request of the same caller with the same body, and its panel opens', async () => {
    const { url, ask, mock } = await startServer();
    await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, FUNCTION);
    const page = await openPage(`${url}/#/requests?group=no`);
    await openRequest(page, 'createFunction');
    await again(page).getByRole('button', { name: 'Send again' }).click();

    await expect.poll(() => requestRows(page).count()).toBe(2);
    await expect.poll(() => requestRows(page).first().getAttribute('aria-selected')).toBe('true');
    const { requests } = await mock('GET', '/requests?operation=createFunction');
    expect(page.url()).toContain(`request=${requests[0].id}`);
    expect(requests[0]).toMatchObject({ status: 200, principal: { id: REGISTRAR.id }, request: { body: FUNCTION } });
  });

  it('is not opened if the user chose a different request before it was answered', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions', REGISTRAR.key);
    await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, FUNCTION);
    const page = await openPage(`${url}/#/requests?group=no`);
    await openRequest(page, 'createFunction');
    // The page looks for the id of the resent request in the journal.
    const search = /_mock\/requests\?/;
    const held: (() => Promise<void>)[] = [];
    await page.route(search, (route) => void held.push(() => route.continue()));
    await again(page).getByRole('button', { name: 'Send again' }).click();
    await expect.poll(() => requestRows(page).count()).toBe(3);
    await expect.poll(() => held.length).toBeGreaterThan(0);
    await openRequest(page, 'listFunctions');
    const address = page.url();
    const found = page.waitForResponse(search);
    for (const answer of held) await answer();
    await found;
    await page.waitForTimeout(200);

    expect(page.url()).toBe(address);
  });

  it('has the caller of a credential whose scheme is in lower case', async () => {
    const { url } = await startServer();
    await fetch(`${url}/v2/nvcf/functions`, { headers: { authorization: `bearer ${INVOKER}` } });
    const page = await openPage(`${url}/#/requests?group=no`);
    await openRequest(page, 'listFunctions');
    await again(page).getByRole('button', { name: 'Send again' }).click();

    await expect.poll(() => requestRows(page).count()).toBe(2);
  });

  it('is allowed after the fix with the original body, also if it was resent and refused before', async () => {
    const { url, ask, mock } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, FUNCTION);
    const page = await openPage(`${url}/#/requests?group=no`);
    await openRequest(page, 'createFunction');
    await again(page).getByRole('button', { name: 'Send again' }).click();
    await expect.poll(() => requestRows(page).count()).toBe(2);
    await expect.poll(() => requestRows(page).first().getAttribute('aria-selected')).toBe('true');
    await fix(page).click();

    await expect.poll(() => requestRows(page).first().innerText()).toContain('200');
    await panel(page).getByText('Fixed and sent again.').waitFor();
    const { requests } = await mock('GET', '/requests?operation=createFunction');
    const bodies = requests.map((one: { status: number; request: { body: unknown } }) => [
      one.status,
      one.request.body,
    ]);
    expect(bodies).toEqual([
      [200, FUNCTION],
      [403, FUNCTION],
      [403, FUNCTION],
    ]);
  });

  it('goes only to this server, whatever its path', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '//evil.test/a?b=[c]', REGISTRAR.key);
    const page = await openPage(url, CLIPBOARD);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await openRequest(page, 'evil.test');
    await run('bash', ['-c', await copyText(page, 'Copy request')]).catch(() => {});
    const button = again(page).getByRole('button', { name: 'Send again' });
    if ((await button.count()) > 0) await button.click();

    await expect.poll(async () => (await mock('GET', '/requests')).requests.length).toBeGreaterThan(1);
    const { requests } = await mock('GET', '/requests');
    expect(new Set(requests.map(({ path }: { path: string }) => path))).toEqual(new Set(['//evil.test/a']));
    expect(new Set(asked)).toEqual(new Set([url]));
  });

  it('is sent as a user of Run:ai with a new token', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '/api/v1/users', await createToken(mock, 'researcher@acme.test'));
    const page = await openPage(`${url}/#/requests?group=no`);
    await openRequest(page, 'get_users');
    await again(page).getByRole('button', { name: 'Send again' }).click();

    await expect.poll(() => requestRows(page).count()).toBe(2);
    const { requests } = await mock('GET', '/requests?operation=get_users');
    expect(requests.map(({ principal }: { principal: { name: string } }) => principal.name)).toEqual([
      'researcher@acme.test',
      'researcher@acme.test',
    ]);
  });
});

describe.runIf(hasBrowser)('an applied fix', () => {
  const openPage = setUpBrowser();
  const undo = (page: Page) => page.getByRole('button', { name: 'Undo' });

  it('can be undone: the key has its former rights again', async () => {
    const { url, ask, mock } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    const { id } = castKey('nvcf-invoker');
    const before = (await mock('GET', `/keys/${id}`)).policy;
    const page = await openPage(`${url}/#/requests`);
    await openRequest(page, 'missing_scope');
    await fix(page).click();
    await panel(page).getByText('Sent again and allowed now').waitFor();
    await undo(page).click();

    await page.getByText('is back to its state before the edit').waitFor();
    const { policy } = await mock('GET', `/keys/${id}`);
    expect([policy.scopes, policy.resource]).toEqual([before.scopes, before.resource]);
    expect((await ask('POST', '/v2/nvcf/functions', INVOKER, {})).status).toBe(403);
  });

  it('cannot be undone after a different client has edited the key', async () => {
    const { url, ask, mock } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    const page = await openPage(`${url}/#/requests`);
    await openRequest(page, 'missing_scope');
    await fix(page).click();
    await undo(page).waitFor();
    await mock('PATCH', `/keys/${castKey('nvcf-invoker').id}`, { scopes: ['register_function'] });

    await undo(page).waitFor({ state: 'detached' });
    const { policy } = await mock('GET', `/keys/${castKey('nvcf-invoker').id}`);
    expect(policy.scopes).toEqual(['register_function']);
  });

  it('can be undone through the vendor’s API, which deletes the created object', async () => {
    const { url, ask, mock } = await startServer();
    const researcher = await createToken(mock, 'researcher@acme.test');
    await ask('GET', '/api/v1/users', researcher);
    const page = await openPage(`${url}/#/requests`);
    await openRequest(page, 'missing_permission');
    await fix(page).click();
    await panel(page).getByText('Fixed and sent again.').waitFor();
    await undo(page).click();

    await page.getByText('was sent as admin@acme.test').first().waitFor();
    await expect.poll(async () => (await ask('GET', '/api/v1/users', researcher)).status).toBe(403);
    const { requests } = await readJson(`${url}/_mock/requests?method=DELETE`);
    expect(requests).toHaveLength(1);
  });
});

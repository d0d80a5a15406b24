/** What is done with a request that was recorded: sending it again, copying it, and undoing its fix. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { ROOT } from '../../test/package/architecture/source-files.ts';
import { emptyFolder } from '../../test/support/folder.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { copyInstallation, PATIENTLY, write } from '../../test/support/package.ts';
import { canImport, WITH_COMMAND } from '../../test/support/python.ts';
import { button, CLIPBOARD, readClipboard, requestPanel, requestRows, undo, waitForCount } from './support/elements.ts';
import { FUNCTION, INVOKER, REGISTRAR, startServer } from './support/server.ts';
import { describeInBrowser, setUpConsole } from './support/window.ts';

const run = promisify(execFile);

/** A text that every language and shell has to escape. */
const STRANGE = `it's "ü" \\ \`f\` $\{x} %s\n`;

const again = (page: Page) => requestPanel(page).getByRole('region', { name: 'This request' });
const openRequest = async (page: Page, text: string) => {
  await requestRows(page).filter({ hasText: text }).first().click();
  await button(again(page), 'Copy request').waitFor();
};
const copyText = async (page: Page, name: string) => {
  if (name !== 'Copy request') await button(again(page), 'Copy as test').click();
  await button(again(page), name).click();
  return await readClipboard(page);
};

/** Creates a token of an identity in the Run:ai cast. */
const createToken = async ({ mock }: Awaited<ReturnType<typeof startServer>>, name: string): Promise<string> =>
  (await mock('POST', '/tokens', { for: name })).token;

/** Runs copied tests in a folder. @returns what that prints */
const RUNNERS = {
  vitest: async (tests: readonly string[]) => {
    const cwd = await copyInstallation(['vitest']);
    await write(cwd, Object.fromEntries(tests.map((text, index) => [`copied-${index}.test.ts`, text])));
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
    return await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', PATIENTLY, '--root', '.'], {
      cwd,
      env,
    });
  },
  pytest: async (tests: readonly string[]) => {
    const cwd = await emptyFolder();
    await write(cwd, Object.fromEntries(tests.map((text, index) => [`test_copied_${index}.py`, text])));
    const env = { ...process.env, ...WITH_COMMAND, PYTHONPATH: join(ROOT, 'clients/python/src') };
    const options = ['-q', '-p', 'no:cacheprovider', '-p', 'nv_auth_mock.pytest_plugin', '.'];
    return await run('python3', ['-B', '-m', 'pytest', ...options], { cwd, env });
  },
};
const LANGUAGES = canImport('python3', 'pytest') ? (['vitest', 'pytest'] as const) : (['vitest'] as const);

const { openConsole, openPage } = setUpConsole();

describeInBrowser('a copied test', () => {
  it.each(LANGUAGES)('passes for every request: %s', async (language) => {
    const server = await startServer();
    const { url, ask, mock } = server;
    await ask('POST', '/v2/nvcf/functions', INVOKER, FUNCTION);
    await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, { name: 'f' });
    await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, { ...FUNCTION, name: STRANGE });
    await ask('GET', '/api/v1/users?name=a%26b&name=c', await createToken(server, 'researcher@acme.test'));
    await fetch(`${url}/v2/nvcf/functions`);
    await mock('PATCH', `/keys/${REGISTRAR.id}`, { scopes: ['list_functions'] });
    await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, FUNCTION);
    await ask('GET', '/v2/nvcf/functions', REGISTRAR.key);
    const page = await openPage(`${url}/#/requests?group=no`, CLIPBOARD);
    await waitForCount(page, '7');
    const tests: string[] = [];
    for (const row of await requestRows(page).all()) {
      await row.click();
      await expect.poll(() => row.getAttribute('aria-selected')).toBe('true');
      tests.push(await copyText(page, `${language} test`));
    }
    const { stdout } = await RUNNERS[language](tests).catch((failed: { stdout: string }) => failed);

    expect(stdout).toContain('7 passed');
    expect(tests.filter((text) => text.includes(language === 'vitest' ? 'toBeRefused' : '["reason"]'))).toHaveLength(4);
  });
});

describeInBrowser('a copied shell command', () => {
  it.each([
    ['of a key', 'createFunction', 200],
    ['of a user', 'get_users', 403],
  ])('sends the request as its caller: %s', async (_who, operation, status) => {
    const server = await startServer();
    const { url, ask, mock } = server;
    await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, { ...FUNCTION, containerArgs: STRANGE });
    await ask('GET', '/api/v1/users?a=b', await createToken(server, 'researcher@acme.test'));
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

describeInBrowser('a resent request', () => {
  it.each([
    ['a key', 'createFunction'],
    ['a user, with a new token', 'get_users'],
  ])('is a new request of the same caller with the same body, and its panel opens: %s', async (_who, operation) => {
    const server = await startServer();
    const { url, ask, mock } = server;
    if (operation === 'get_users') await ask('GET', '/api/v1/users', await createToken(server, 'researcher@acme.test'));
    else await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, FUNCTION);
    const page = await openPage(`${url}/#/requests?group=no`);
    await openRequest(page, operation);
    await button(again(page), 'Send again').click();

    await expect.poll(() => requestRows(page).filter({ hasText: operation }).count()).toBe(2);
    await expect.poll(() => requestRows(page).first().getAttribute('aria-selected')).toBe('true');
    const [later, earlier] = (await mock('GET', `/requests?operation=${operation}`)).requests;
    expect(page.url()).toContain(`request=${later.id}`);
    expect([later.status, later.principal, later.request.body]).toEqual([
      earlier.status,
      earlier.principal,
      earlier.request.body,
    ]);
  });

  it('is not opened if the user chose a different request before it was answered', async () => {
    const { page, ask } = await openConsole('requests?group=no');
    await ask('GET', '/v2/nvcf/functions', REGISTRAR.key);
    await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, FUNCTION);
    await openRequest(page, 'createFunction');
    // The page looks for the id of the resent request in the journal.
    const search = /_mock\/requests\?/;
    const held: (() => Promise<void>)[] = [];
    await page.route(search, (route) => void held.push(() => route.continue()));
    await button(again(page), 'Send again').click();
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
    const { page, url } = await openConsole('requests?group=no');
    await fetch(`${url}/v2/nvcf/functions`, { headers: { authorization: `bearer ${INVOKER}` } });
    await openRequest(page, 'listFunctions');
    await button(again(page), 'Send again').click();

    await expect.poll(() => requestRows(page).filter({ hasText: 'nvcf-invoker' }).count()).toBe(2);
  });

  it('goes only to this server, whatever its path', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '//evil.test/a?b=[c]', REGISTRAR.key);
    const page = await openPage(url, CLIPBOARD);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await openRequest(page, 'evil.test');
    await run('bash', ['-c', await copyText(page, 'Copy request')]).catch(() => {});
    const resend = button(again(page), 'Send again');
    if ((await resend.count()) > 0) await resend.click();

    await expect.poll(async () => (await mock('GET', '/requests')).requests.length).toBeGreaterThan(1);
    const { requests } = await mock('GET', '/requests');
    expect(new Set(requests.map(({ path }: { path: string }) => path))).toEqual(new Set(['//evil.test/a']));
    expect(new Set(asked)).toEqual(new Set([url]));
  });
});

describeInBrowser('an applied fix', () => {
  it('can be undone, unless a different client has edited the key since', async () => {
    const { url, ask, mock } = await startServer();
    const { id } = castKey('nvcf-invoker');
    const readPolicy = async () => {
      const { scopes, resource } = (await mock('GET', `/keys/${id}`)).policy;
      return [scopes, resource];
    };
    const before = await readPolicy();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    const page = await openPage(`${url}/#/requests?group=no`);
    await openRequest(page, 'missing_scope');
    await button(requestPanel(page), 'Fix and send again').click();
    await requestPanel(page).getByText('Sent again and allowed now').waitFor();
    await button(undo(page), 'Undo').click();
    await page.getByText('is back to its state before the edit').waitFor();
    expect(await readPolicy()).toEqual(before);

    await ask('GET', '/v2/nvcf/functions');
    await openRequest(page, 'listFunctions');
    await button(requestPanel(page), 'Fix and send again').click();
    await button(undo(page), 'Undo').waitFor();
    await mock('PATCH', `/keys/${id}`, { scopes: ['register_function'] });
    await button(undo(page), 'Undo').waitFor({ state: 'detached' });
    expect(await readPolicy()).toEqual([['register_function'], expect.anything()]);
  });

  it('through the vendor’s API is sent as an identity that may, copied as a command, and undone by a deletion', async () => {
    const server = await startServer();
    const { url, ask, mock } = server;
    const researcher = await createToken(server, 'researcher@acme.test');
    const readStatus = async () => (await ask('GET', '/api/v1/users', researcher)).status;
    expect(await readStatus()).toBe(403);
    const page = await openPage(url, CLIPBOARD);
    await requestPanel(page).getByText('as admin@acme.test').first().waitFor();
    await button(requestPanel(page), 'Copy fix').click();
    expect(await readClipboard(page)).toContain(`${url}/api/v1/authorization/access-rules`);
    await button(requestPanel(page), 'Fix and send again').click();
    await requestPanel(page).getByText('Fixed and sent again.').waitFor();
    expect(await readStatus()).toBe(200);
    const [made] = (await mock('GET', '/requests?method=POST&path=/api/v1/authorization/access-rules')).requests;
    expect(made.principal.name).toBe('admin@acme.test');

    // A copied test creates the access rule first.
    await button(requestPanel(page), 'Copy as test').click();
    await button(requestPanel(page), 'vitest test').click();
    expect(await readClipboard(page)).toMatch(/\/api\/v1\/authorization\/access-rules.*\/api\/v1\/users.*toBe\(200\)/s);
    await button(undo(page), 'Undo').click();

    await page.getByText('was sent as admin@acme.test').first().waitFor();
    await expect.poll(readStatus).toBe(403);
    expect((await mock('GET', '/requests?method=DELETE')).requests).toHaveLength(1);
  });
});

/** What can be done with the list of requests: exports, verifications, archives that are checked, and requests sent again. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Download, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../test/support/browser.ts';
import { emptyFolder } from '../../test/support/folder.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { findAxeViolations } from './support/axe.ts';
import { INVOKER, readJson, startServer } from './support/console.ts';
import { fitsWidth, setUpBrowser } from './support/window.ts';

const REGISTRAR = castKey('nvcf-registrar').key;
const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const readTexts = async (page: Page, name: string) =>
  (await region(page, name).locator('tbody tr').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());

/** Opens a tool from the menu of the list. */
async function open(page: Page, tool: string): Promise<void> {
  await button(page, 'More for these requests').click();
  await button(page, tool).click();
}

/** Replays all listed requests. */
async function replayAll(page: Page, count: string): Promise<void> {
  await open(page, 'Send these again');
  await button(page, `Send ${count}`).click();
  await page.getByRole('dialog').getByText('take a snapshot first').waitFor();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Send ${count}` })
    .click();
}

/** Drops a file on the view. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const data = await page.evaluateHandle(
    `(() => { const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)})); return data; })()`,
  );
  await page.locator('.two').dispatchEvent('dragover', { dataTransfer: data });
  await page.locator('.two').dispatchEvent('drop', { dataTransfer: data });
}

async function saveFile(page: Page, save: () => Promise<void>): Promise<{ name: string; content: Buffer }> {
  const waiting: Promise<Download> = page.waitForEvent('download');
  await save();
  const download = await waiting;
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

const createEntry = (url: string, status: number, answer: object, type = 'application/json') => ({
  request: { method: 'GET', url: `https://api.nvcf.nvidia.com${url}`, headers: [] },
  response: { status, headers: [], content: { mimeType: type, text: JSON.stringify(answer) } },
});

describe.runIf(hasBrowser)('the list of requests', () => {
  const openPage = setUpBrowser();

  it('has its filters in one row, and the others in a popover that shows how many are active', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    const page = await openPage(`${url}/#/requests`);
    await button(page, 'More').click();
    await page.getByLabel('Method').selectOption('POST');
    await page.getByLabel('Path').fill('/v2/{any}/functions');
    await page.getByLabel('Path').press('Enter');

    await page.locator('.count').getByText('1 of 2').waitFor();
    expect(page.url()).toContain('method=POST&path=%2Fv2%2F%7Bany%7D%2Ffunctions');
    await page.keyboard.press('Escape');
    await button(page, 'More (2)').waitFor();
    const tops = await page
      .locator('.filters > :is(label, button)')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().bottom));
    expect(Math.max(...tops) - Math.min(...tops)).toBeLessThan(4);
    await button(page, 'More (2)').click();
    await page.getByLabel('Path').fill('/nothing');
    await page.getByLabel('Path').press('Enter');
    await page.getByText('No request matches').waitFor();
  });

  it('can be saved as HAR and as JSON with its filters', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    await ask('GET', '/nothing/at/all');
    const page = await openPage(`${url}/#/requests?status=404`);
    await page.locator('.count').getByText('1 of 2').waitFor();
    await button(page, 'Export').click();
    const har = await saveFile(page, () => button(page, 'HAR (HTTP Archive)').click());
    const json = await saveFile(page, () => button(page, 'JSON').click());

    expect(har.name).toMatch(/^nv-auth-mock-default-\d{4}-\d\d-\d\dT\d{6}\.har$/);
    const { log } = JSON.parse(har.content.toString());
    expect(log.entries.map(({ request }: { request: { url: string } }) => request.url)).toEqual([
      expect.stringContaining('/nothing/at/all'),
    ]);
    const { requests } = JSON.parse(json.content.toString());
    expect(requests).toMatchObject([{ path: '/nothing/at/all', request: { headers: {} } }]);
    await page.getByText('Saved ').waitFor();
  });

  it('is read without bodies, which only the panel of a request shows', async () => {
    const { url, ask } = await startServer();
    await ask('POST', '/v2/nvcf/functions', INVOKER, { name: 'in-a-body' });
    const page = await openPage('about:blank');
    const answers: Promise<string>[] = [];
    page.on('response', (answer) => {
      if (answer.url().includes('/_mock/requests?')) answers.push(answer.text().catch(() => ''));
    });
    await page.goto(`${url}/#/requests`);
    await page.locator('.count').getByText('1', { exact: true }).waitFor();

    expect((await Promise.all(answers)).join()).toContain('createFunction');
    expect((await Promise.all(answers)).join()).not.toContain('in-a-body');
  });

  it('has all requests of the journal, however many', async () => {
    const { url, ask } = await startServer();
    for (let sent = 0; sent < 230; sent += 1) await ask('GET', `/v2/nvcf/functions/${sent}`);
    const page = await openPage(`${url}/#/requests`);

    await page.locator('.count').getByText('230', { exact: true }).waitFor();
  });

  it('tells whether a matching request arrived and which ones are closest, again after every request', async () => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(`${url}/#/requests?operation=createFunction`);
    await open(page, 'Did such a request arrive?');

    await page.getByText('0 requests match').waitFor();
    await page.getByText('operation is listFunctions, not createFunction').waitFor();
    expect(await page.getByRole('article').locator('pre').innerText()).toBe(
      "await mock.requests.verify({ match: { operation: 'createFunction' }, atLeast: 1 });",
    );
    await page.getByLabel('Requests that match the filters of the list').selectOption('exactly');
    await page.getByLabel('How many').fill('0');
    await page.locator('.verdict.allow').getByText('Yes').waitFor();
    await ask('POST', '/v2/nvcf/functions', INVOKER, {});
    await page.getByText('1 request matches').waitFor();
    await button(page, 'Show all').click();
    await page.getByText('2 requests match').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('article').count()).toBe(0);
  });

  it('tells what holds of the newest question, also if the response to an earlier one arrives after it', async () => {
    const { url } = await startServer();
    const page = await openPage('about:blank');
    const held: (() => Promise<void>)[] = [];
    await page.route('**/_mock/requests/verify', async (route) => {
      if (route.request().postDataJSON().atLeast === 2) held.push(() => route.continue());
      else await route.continue();
    });
    await page.goto(`${url}/#/requests?operation=createFunction&tool=verify`);
    await page.getByText('0 requests match').waitFor();
    await page.getByLabel('How many').fill('2');
    await expect.poll(() => held.length).toBe(1);
    await page.getByLabel('How many').fill('0');
    await page.waitForTimeout(100);
    await held[0]?.();

    await page.locator('.verdict.allow').getByText('Yes').waitFor();
    await page.waitForTimeout(100);
    expect(await page.locator('.verdict.allow').getByText('Yes').count()).toBe(1);
  });

  it('is opened by the former address of the journal, with its filters and its verification', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/journal?operation=createFunction&verify=yes`);

    await page.getByText('0 requests match').waitFor();
  });

  it('checks a dropped HAR file against the documents, and explains the violations', async () => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/requests`);
    const entries = [
      createEntry('/v2/nvcf/functions', 200, { functions: [] }),
      createEntry('/v2/nvcf/functions?visibilty=public', 200, { functions: [] }),
      createEntry('/style.css', 200, {}, 'text/css'),
    ];
    await drop(page, 'recorded.har', JSON.stringify({ log: { entries } }));
    await page.getByText('1 of 2 requests do not conform.').waitFor();
    await page.getByText('1 more belong to no documented API').waitFor();

    expect(await readTexts(page, 'Requests of the archive')).toEqual([
      expect.stringMatching(/^1 conforms 200 GET \/v2\/nvcf\/functions listFunctions Cloud Functions/),
      expect.stringMatching(/^2 does not conform .* request: the document does not list the query parameter visibilty/),
    ]);
    await region(page, 'Requests of the archive').getByRole('link', { name: 'listFunctions' }).first().click();
    await page.locator('.opblock[id$="-listFunctions"].is-open').waitFor();
  });

  it.each([
    ['notes.txt', 'not JSON', '`notes.txt` is not an HTTP Archive (HAR): it is not JSON.'],
    ['data.json', '{"log": {}}', 'is not an HTTP Archive (HAR): it has no list'],
    ['odd.har', '{"log": {"entries": [{}]}}', 'entry 1 is not an entry of an HTTP Archive'],
    ['large.har', ' '.repeat(16 * 1024 * 1024 + 1), 'has 16.0 MB; the limit is 16 MB.'],
  ])('reports the error in %s', async (name, content, message) => {
    const { url } = await startServer();
    const page = await openPage(`${url}/#/requests`);
    const choosing = page.waitForEvent('filechooser');
    await open(page, 'Check a HAR file');
    await button(page, 'Choose a HAR file …').click();
    const path = join(await emptyFolder(), name);
    await writeFile(path, content);
    await (await choosing).setFiles(path);

    await page.locator('.fault').getByText(message.replaceAll('`', '')).waitFor();
    expect(await region(page, 'Checked archive').count()).toBe(0);
  });

  it('checks its own download, in which refused requests have bodies that were never read', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '/v2/nvcf/functions', REGISTRAR);
    await ask('POST', '/v2/nvcf/functions', INVOKER, FUNCTION);
    expect(await mock('POST', '/requests/check', {})).toMatchObject({ checked: 2, total: 0 });
    const page = await openPage(`${url}/#/requests`);
    await drop(page, 'own.har', JSON.stringify(await readJson(`${url}/_mock/requests/har`)));

    await page.getByText('0 of 2 requests do not conform.').waitFor();
  });

  it('can be replayed as the original callers in the original order, with the new statuses', async () => {
    const { url, ask, mock } = await startServer();
    await ask('POST', '/v2/nvcf/functions', REGISTRAR, FUNCTION);
    await ask('GET', '/v2/nvcf/functions?visibility=public&visibility=private', REGISTRAR);
    await ask('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
    await mock('PATCH', `/keys/${castKey('nvcf-deployer').id}`, { scopes: ['deploy_function'] });
    const page = await openPage(`${url}/#/requests`);
    await replayAll(page, '3 requests');
    await page.getByText('3 of 3 done: 2 with the same status, 1 with a different one, 0 not sent.').waitFor();

    const result = await readTexts(page, 'Replayed requests, oldest first');
    expect(result).toEqual([
      expect.stringMatching(/^POST \/v2\/nvcf\/functions 200 200 same status$/),
      expect.stringMatching(/^GET \/v2\/nvcf\/functions\?.* same status$/),
      expect.stringMatching(/^GET \/v2\/nvcf\/functions 200 403 different status$/),
    ]);
    const { requests } = await mock('GET', '/requests');
    expect(requests.map((one: Sent) => [one.method, one.principal?.name]).slice(0, 3)).toEqual([
      ['GET', 'nvcf-deployer'],
      ['GET', 'nvcf-registrar'],
      ['POST', 'nvcf-registrar'],
    ]);
    expect([requests[2].request.body, requests[1].query]).toEqual([requests[5].request.body, requests[4].query]);
  });

  it('is replayed with new tokens of Run:ai, and states for each request why it cannot be sent', async () => {
    const { url, ask, mock } = await startServer();
    const [, { accessKey, email }] = (await readJson(`${url}/_mock/cast`)).runai.users;
    const { clientId, clientSecret } = accessKey;
    const body = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });
    const headers = { 'content-type': 'application/json' };
    const { accessToken } = await readJson(`${url}/api/v1/token`, { method: 'POST', headers, body });
    await ask('GET', '/api/v1/org-unit/projects', accessToken);
    await ask('GET', '/v2/nvcf/functions', 'nvapi-of-nobody');
    await ask('POST', '/v2/nvcf/functions', REGISTRAR, { name: 'n'.repeat(70_000) });
    const authorization = `Bearer ${REGISTRAR}`;
    await fetch(`${url}/v2/nvcf/functions`, { method: 'POST', headers: { ...headers, authorization }, body: '{"a":' });
    await ask('POST', '/v2/nvcf/functions', INVOKER, FUNCTION);
    const page = await openPage(`${url}/#/requests`);
    await replayAll(page, '6 requests');
    await page.getByText('6 of 6 done: 2 with the same status, 0 with a different one, 4 not sent.').waitFor();

    expect(await readTexts(page, 'Replayed requests, oldest first')).toEqual([
      expect.stringContaining('not sent: The journal has fingerprints (sha256:…) in place of the secrets.'),
      expect.stringMatching(/^GET \/api\/v1\/org-unit\/projects 200 200 same status$/),
      expect.stringContaining('not sent: The journal keeps no credentials, and the caller is unknown.'),
      expect.stringContaining('not sent: The journal has only an outline of the body: it is too long'),
      expect.stringContaining('not sent: The journal has only an outline of the body: it is not well-formed.'),
      expect.stringMatching(/^POST \/v2\/nvcf\/functions 403 403 same status$/),
    ]);
    const { requests } = await mock('GET', '/requests');
    expect(requests).toHaveLength(8);
    expect([requests[0].request.body, requests[1].principal.name]).toEqual([FUNCTION, email]);
  });

  it.each([
    ['light', 360],
    ['dark', 1400],
    ['light', 2560],
  ] as const)('has accessible results: %s, %i px wide', async (colorScheme, width) => {
    const { url, ask } = await startServer();
    await ask('GET', '/v2/nvcf/functions', REGISTRAR);
    await ask('POST', '/v2/nvcf/functions?a=b', INVOKER, FUNCTION);
    const page = await openPage(`${url}/#/requests`, { colorScheme, viewport: { width, height: 900 } });
    await drop(page, `${'long'.repeat(50)}.har`, JSON.stringify(await readJson(`${url}/_mock/requests/har`)));
    await page.getByText('1 of 2 requests do not conform.').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    // On a telephone the panel lies over the menu.
    await page.keyboard.press('Escape');
    await replayAll(page, '2 requests');
    await page.getByText('2 of 2 done').waitFor();

    expect(await findAxeViolations(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
  });

  it('is not replayed if the dialog is cancelled', async () => {
    const { url, ask, mock } = await startServer();
    await ask('GET', '/v2/nvcf/functions');
    const page = await openPage(`${url}/#/requests?tool=replay`);
    await button(page, 'Send 1 request').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

    expect((await mock('GET', '/requests')).total).toBe(1);
  });
});

interface Sent {
  readonly method: string;
  readonly principal: { readonly name: string } | null;
}

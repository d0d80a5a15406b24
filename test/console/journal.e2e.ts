/** What the console's journal does with requests: filters that grow, archives that are checked, and requests sent again. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { faultsOfPage } from '../support/axe.ts';
import { hasBrowser } from '../support/browser.ts';
import { INVOKER, readJson, served } from '../support/console.ts';
import { castKey } from '../support/ngc-cast.ts';
import { fitsWidth, windows } from '../support/window.ts';

const REGISTRAR = castKey('nvcf-registrar').key;
const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const texts = async (page: Page, name: string) =>
  (await region(page, name).locator('tbody tr').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());

/** Replays everything that is shown. */
async function replayAll(page: Page, count: string): Promise<void> {
  await page.getByLabel('Select all that are shown').check();
  await button(page, `Replay ${count}`).click();
  await page.getByRole('dialog').getByText('each as its caller and as a new request').waitFor();
  await button(page, `Yes, send ${count}`).click();
}

/** Gives a file to the view, as somebody does who drops it there. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const data = await page.evaluateHandle(
    `(() => { const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)})); return data; })()`,
  );
  await page.locator('.journal').dispatchEvent('dragover', { dataTransfer: data });
  await page.locator('.journal').dispatchEvent('drop', { dataTransfer: data });
}

const entry = (url: string, status: number, answer: object, type = 'application/json') => ({
  request: { method: 'GET', url: `https://api.nvcf.nvidia.com${url}`, headers: [] },
  response: { status, headers: [], content: { mimeType: type, text: JSON.stringify(answer) } },
});

describe.runIf(hasBrowser)('the journal', () => {
  const opened = windows();

  it('has its filters in one row, which grows when more are wanted; those in use are always shown', async () => {
    const { url } = await served();
    const page = await opened(`${url}/#/journal`);
    const tops = () =>
      page.locator('.fields label').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    await button(page, 'More filters').waitFor();
    expect(new Set(await tops()).size).toBe(1);
    expect(await page.getByLabel('Reason').count()).toBe(0);
    await button(page, 'More filters').click();
    await page.getByLabel('Reason').fill('missing_scope');
    await page.getByLabel('Reason').press('Enter');
    await button(page, 'Fewer filters').click();

    expect(await page.getByLabel('Reason').inputValue()).toBe('missing_scope');
    expect(await page.getByLabel('Method').count()).toBe(0);
    await page.getByText('No request in the journal is like this').click();
    await page.keyboard.press('/');
    await page.keyboard.type('/v2');
    expect(await page.getByLabel('Path').inputValue()).toBe('/v2');
  });

  it('keeps verify open by its address', async () => {
    const { url } = await served();
    const page = await opened(`${url}/#/journal?operation=createFunction&verify=yes`);

    await page.getByText('0 requests are like that').waitFor();
  });

  it('checks a dropped HAR file against the documents: what conforms, what does not, and why', async () => {
    const { url } = await served();
    const page = await opened(`${url}/#/journal`);
    const entries = [
      entry('/v2/nvcf/functions', 200, { functions: [] }),
      entry('/v2/nvcf/functions?visibilty=public', 200, { functions: [] }),
      entry('/style.css', 200, {}, 'text/css'),
    ];
    await drop(page, 'recorded.har', JSON.stringify({ log: { entries } }));
    await page.getByText('1 of 2 requests do not conform.').waitFor();
    await page.getByText('1 more belong to no documented API').waitFor();

    expect(await texts(page, 'Requests of the archive')).toEqual([
      expect.stringMatching(/^1 conforms 200 GET \/v2\/nvcf\/functions listFunctions Cloud Functions/),
      expect.stringMatching(/^2 does not conform .* request: the document does not name the query parameter visibilty/),
    ]);
    await region(page, 'Requests of the archive').getByRole('link', { name: 'listFunctions' }).first().click();
    await page.locator('.opblock[id$="-listFunctions"].is-open').waitFor();
  });

  it.each([
    ['notes.txt', 'not JSON', '`notes.txt` is not JSON, so it is no HTTP Archive (HAR).'],
    ['data.json', '{"log": {}}', 'is no HTTP Archive (HAR): it has no list'],
    ['odd.har', '{"log": {"entries": [{}]}}', 'entry 1 is not an entry of an HTTP Archive'],
    ['large.har', ' '.repeat(16 * 1024 * 1024 + 1), 'has 16.0 MB; at most 16 MB can be checked.'],
  ])('says what is wrong with %s', async (name, content, message) => {
    const { url } = await served();
    const page = await opened(`${url}/#/journal`);
    const choosing = page.waitForEvent('filechooser');
    await button(page, 'Check a HAR file …').click();
    await (await choosing).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });

    await page.locator('.fault').getByText(message.replaceAll('`', '')).waitFor();
    expect(await region(page, 'Checked archive').count()).toBe(0);
  });

  it('checks its own download, in which refused requests have bodies that were never read', async () => {
    const { url, ask, mock } = await served();
    await ask('GET', '/v2/nvcf/functions', REGISTRAR);
    await ask('POST', '/v2/nvcf/functions', INVOKER, FUNCTION);
    expect(await mock('POST', '/requests/check', {})).toMatchObject({ checked: 2, total: 0 });
    const page = await opened(`${url}/#/journal`);
    await drop(page, 'own.har', JSON.stringify(await readJson(`${url}/_mock/requests/har`)));

    await page.getByText('0 of 2 requests do not conform.').waitFor();
  });

  it('replays a selection as its callers, in its order, and says what is answered now', async () => {
    const { url, ask, mock } = await served();
    await ask('POST', '/v2/nvcf/functions', REGISTRAR, FUNCTION);
    await ask('GET', '/v2/nvcf/functions?visibility=public&visibility=private', REGISTRAR);
    await ask('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
    await mock('PATCH', `/keys/${castKey('nvcf-deployer').id}`, { scopes: ['deploy_function'] });
    const page = await opened(`${url}/#/journal`);
    await replayAll(page, '3 requests');
    await page.getByText('3 of 3 done: 2 with the same status, 1 with another, 0 not sent.').waitFor();

    const result = await texts(page, 'Replayed requests, in their order');
    expect(result).toEqual([
      expect.stringMatching(/^POST \/v2\/nvcf\/functions 200 200 same status$/),
      expect.stringMatching(/^GET \/v2\/nvcf\/functions\?.* same status$/),
      expect.stringMatching(/^GET \/v2\/nvcf\/functions 200 403 other status$/),
    ]);
    const { requests } = await mock('GET', '/requests');
    expect(requests.map((one: Sent) => [one.method, one.principal?.name]).slice(0, 3)).toEqual([
      ['GET', 'nvcf-deployer'],
      ['GET', 'nvcf-registrar'],
      ['POST', 'nvcf-registrar'],
    ]);
    expect([requests[2].request.body, requests[1].query]).toEqual([requests[5].request.body, requests[4].query]);
  });

  it('replays with a new token of Run:ai, and says of each request why it cannot be sent', async () => {
    const { url, ask, mock } = await served();
    const [, { accessKey, email }] = (await readJson(`${url}/_mock/cast`)).runai.users;
    const { clientId, clientSecret } = accessKey;
    const body = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });
    const headers = { 'content-type': 'application/json' };
    const { accessToken } = await readJson(`${url}/api/v1/token`, { method: 'POST', headers, body });
    await ask('GET', '/api/v1/org-unit/projects', accessToken);
    await ask('GET', '/v2/nvcf/functions', 'nvapi-of-nobody');
    await ask('POST', '/v2/nvcf/functions', REGISTRAR, { name: 'n'.repeat(70_000) });
    await ask('POST', '/v2/nvcf/functions', INVOKER, FUNCTION);
    const page = await opened(`${url}/#/journal`);
    await replayAll(page, '5 requests');
    await page.getByText('5 of 5 done: 1 with the same status, 0 with another, 4 not sent.').waitFor();

    expect(await texts(page, 'Replayed requests, in their order')).toEqual([
      expect.stringContaining('not sent: The journal has fingerprints (sha256:…) in place of the secrets.'),
      expect.stringMatching(/^GET \/api\/v1\/org-unit\/projects 200 200 same status$/),
      expect.stringContaining('not sent: The journal keeps no credentials, and the caller is not known.'),
      expect.stringContaining('not sent: The journal has only the beginning of the body.'),
      expect.stringContaining(
        'not sent: The journal does not have the body: the request was refused before its body was read.',
      ),
    ]);
    const { requests } = await mock('GET', '/requests');
    expect([requests.length, requests[0].principal.name]).toEqual([6, email]);
  });

  it.each([
    ['light', 360],
    ['dark', 1400],
    ['light', 2560],
  ] as const)('shows results that everybody can read: %s, %i px wide', async (colorScheme, width) => {
    const { url, ask } = await served();
    await ask('GET', '/v2/nvcf/functions', REGISTRAR);
    await ask('POST', '/v2/nvcf/functions?a=b', INVOKER, FUNCTION);
    const page = await opened(`${url}/#/journal`, { colorScheme, viewport: { width, height: 900 } });
    await drop(page, `${'long'.repeat(50)}.har`, JSON.stringify(await readJson(`${url}/_mock/requests/har`)));
    await page.getByText('1 of 2 requests do not conform.').waitFor();
    await replayAll(page, '2 requests');
    await page.getByText('2 of 2 done').waitFor();
    await button(page, 'Replay 2 requests').click();

    expect(await faultsOfPage(page)).toEqual([]);
    expect(await fitsWidth(page)).toBe(true);
  });

  it('sends nothing if the question is not answered with yes', async () => {
    const { url, ask, mock } = await served();
    await ask('GET', '/v2/nvcf/functions');
    const page = await opened(`${url}/#/journal`);
    await page.getByLabel('Select GET /v2/nvcf/functions').check();
    await button(page, 'Replay 1 request').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

    expect((await mock('GET', '/requests')).total).toBe(1);
    expect(await region(page, 'Replay').count()).toBe(0);
  });
});

interface Sent {
  readonly method: string;
  readonly principal: { readonly name: string } | null;
}

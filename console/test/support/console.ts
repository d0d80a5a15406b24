import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { admin } from '../../../test/support/cast.ts';
import { listeningServer } from '../../../test/support/listening.ts';
import { castKey } from '../../../test/support/ngc-cast.ts';

/** The text of a key that may invoke one function, and nothing else. */
export const INVOKER = castKey('nvcf-invoker').key;

/** Keys that may deploy functions, and register them. */
export const [DEPLOYER, REGISTRAR] = [castKey('nvcf-deployer'), castKey('nvcf-registrar')];

export const FUNCTION = { name: 'f', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/f:1' };

/** The body of a key that may list functions. */
export const LISTING = {
  type: 'service',
  services: ['nvcf'],
  scopes: ['list_functions'],
  resource: { type: 'All Functions' },
};

/** The body of a request for a token of the administrator. */
export const TOKEN_ORDER = {
  grantType: 'client_credentials',
  clientId: admin.accessKey.clientId,
  clientSecret: admin.accessKey.clientSecret,
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
export const readJson = async (url: string, init?: RequestInit): Promise<any> => {
  const text = await (await fetch(url, init)).text();
  return text === '' ? null : JSON.parse(text);
};

/** A request of a test uses a connection of its own: `fetch` may reuse one that a stopped server on the port has closed. */
const OWN_CONNECTION = { connection: 'close' };

/** Starts a server. Returns its URL, and functions that stop it and send requests to it. */
export async function startServer(config: Parameters<typeof listeningServer>[0] = {}, port = 0) {
  const { url, close: stop } = await listeningServer(config, port);
  const ask = (method: string, path: string, token = INVOKER, body?: object) =>
    fetch(url + path, {
      method,
      headers: {
        ...OWN_CONNECTION,
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  const mock = (method: string, path: string, body?: object) =>
    readJson(`${url}/_mock${path}`, {
      method,
      headers: { ...OWN_CONNECTION, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  return { url, stop, ask, mock };
}

type Server = Awaited<ReturnType<typeof startServer>>;

/** Reads the statuses of the recorded requests, newest first. */
export const readStatuses = async ({ mock }: Pick<Server, 'mock'>, filter = ''): Promise<readonly number[]> =>
  (await mock('GET', `/requests?${filter}`)).requests.map(({ status }: { status: number }) => status);

/** Sends a deployment that is refused for missing scopes. */
export async function sendRefusedDeployment({ ask }: Pick<Server, 'ask'>): Promise<void> {
  const made = await ask('POST', '/v2/nvcf/functions', REGISTRAR.key, FUNCTION);
  const { id, versionId } = ((await made.json()) as { function: { id: string; versionId: string } }).function;
  await ask('POST', `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`, REGISTRAR.key, {
    deploymentSpecifications: [
      { gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1, clusters: ['acme-1'] },
    ],
  });
}

/** Starts a server with everything in force: a fault, a frozen clock and a pending edit. */
export async function startServerWithAllEffects() {
  const server = await startServer({ propagation: 'fixed' });
  const { mock } = server;
  await mock('POST', '/faults', { do: { delay: '1ms' }, match: { service: 'air' } });
  await mock('POST', '/clock/freeze', {});
  await mock('PATCH', `/keys/${DEPLOYER.id}`, { scopes: ['list_functions'] });
  return server;
}

/** Enters the admin token of a server. */
export async function unlock(page: Page, token: string): Promise<void> {
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

/** Returns the rows of the list of requests. */
export const requestRows = (page: Page): Locator =>
  page.getByRole('listbox', { name: 'Requests, newest first' }).getByRole('option');

export const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name, exact: true });
export const region = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
export const tableRows = (page: Page, name: string): Locator => region(page, name).locator('tbody tr');

/** What offers to undo the last change. */
export const undo = (page: Page): Locator => page.getByRole('complementary', { name: 'Undo' });

/** Waits until the header of a view shows a count. */
export const waitForCount = (page: Page, text: string): Promise<void> =>
  page.locator('.count').getByText(text, { exact: true }).waitFor();

export const state = (page: Page): Promise<string> => page.locator('header .connection').innerText();

/** Returns what elements show, without line breaks. */
export const readTexts = async (elements: Locator): Promise<readonly string[]> =>
  (await elements.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());

/** Chooses an item in the menu of an entry. */
export async function chooseFromMenu(page: Page, entry: string, item: string): Promise<void> {
  await button(page, `More for ${entry}`).click();
  await button(page.locator('.menu:visible'), item).click();
}

/** A script that hides a page, or shows it again. */
export const hide = (isHidden: boolean): string => `
  Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'))`;

/** Lets a page use the clipboard. */
export const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };
export const readClipboard = (page: Page): Promise<string> => page.evaluate('navigator.clipboard.readText()');

/** Saves a file by a button. */
export async function saveFile(page: Page, name: string): Promise<{ name: string; text: string }> {
  const waiting = page.waitForEvent('download');
  await button(page, name).click();
  const download = await waiting;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

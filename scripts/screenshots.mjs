// @ts-check
/** The pictures of the console in the documents: `npm run screenshots`. Needs a browser, like the tests of the console. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_ARGS } from './chromium.mjs';

/** What is packed, not the sources. @type {typeof import('../src/index.ts')} */
const { startMock } = await import(new URL('../dist/index.js', import.meta.url).href);

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));

/** In pictures it is always the same time, so that they change only when the page does. */
const NOW = '2030-01-15T12:00:00Z';

const FUNCTION = { name: 'classify', inferenceUrl: '/predict', containerImage: 'nvcr.io/acme/classify:1' };

/**
 * What is to be seen: an edit under way, and a day of ordinary work with some refusals.
 *
 * @param {Awaited<ReturnType<typeof startMock>>} mock
 * @returns {Promise<{ registrar: string }>} the id of a key
 */
async function setTheScene(mock) {
  await mock.clock.set(NOW);
  await mock.clock.freeze();
  const keys = new Map(mock.cast.ngc.keys.map((key) => [key.name, key]));
  const textOf = (/** @type {string} */ name) => keys.get(name)?.key ?? '';
  const registrar = keys.get('nvcf-registrar')?.id ?? '';
  /** @type {(method: string, path: string, token: string, body?: object) => Promise<Response>} */
  const send = async (method, path, token, body) => {
    await mock.clock.advance('2s');
    return fetch(mock.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  await mock.propagation.set({ mode: 'fixed' });
  await mock.keys.edit(registrar, { scopes: ['register_function', 'list_functions'] });
  const researcher = await mock.getToken('researcher@acme.test');
  await send('GET', '/api/v1/org-unit/projects', researcher);
  await send('GET', '/api/v1/administration/access-keys', researcher);
  await send('GET', '/api/v3/simulations/', textOf('air-reader'));
  await send('POST', '/api/v3/simulations/', textOf('air-reader'), { name: 'leaf-spine-2' });
  await send('GET', '/v2/nvcf/functions', textOf('nvcf-deployer'));
  await send('GET', '/v2/nvcf/functions', 'nonsense');
  const made = await send('POST', '/v2/nvcf/functions', textOf('nvcf-registrar'), FUNCTION);
  const { id, versionId } = /** @type {any} */ (await made.json()).function;
  await send('POST', `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`, textOf('nvcf-registrar'), {
    deploymentSpecifications: [{ gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 }],
  });
  return { registrar };
}

if (CHROMIUM === undefined) {
  console.log('SKIP: there is no Chromium on this machine; Debian has it as the package `chromium`.');
  process.exit(0);
}
await mkdir(IMAGES, { recursive: true });
const mock = await startMock();
const { registrar } = await setTheScene(mock);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });

/** @type {readonly { name: string, address: string, shows: string, click?: string }[]} */
const PICTURES = [
  {
    name: 'requests',
    address: 'requests',
    click: '[role=option]:has-text("air-reader"):has-text("missing")',
    shows: 'How to fix it',
  },
  { name: 'clock', address: `clock?key=${registrar}`, shows: 'takes effect' },
  {
    name: 'identities',
    address:
      'identities?make=service&name=ci&services=nvcf&scopes=list_functions,deploy_function&resource=[{"type":"All Functions"}]',
    shows: 'createDeployment',
  },
  { name: 'access-matrix', address: 'access-matrix?service=nvcf', shows: 'createDeployment' },
  { name: 'drills', address: 'drills', shows: 'token-outage' },
  { name: 'least-privilege', address: 'least-privilege', shows: 'is not used' },
];
for (const { name, address, shows, click } of PICTURES) {
  await page.goto(`${mock.url}/#/${address}`);
  if (click !== undefined) await page.locator(click).first().click();
  await page.getByText(shows).locator('visible=true').first().waitFor();
  await page.screenshot({ path: `${IMAGES}console-${name}.png` });
  console.log(`docs/images/console-${name}.png`);
}
await browser.close();
await mock.stop();

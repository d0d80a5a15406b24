/** Takes the pictures of the console in the documents: `npm run screenshots`. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Mock, startMock } from '../../src/index.ts';
import { ROOT } from '../../test/package/architecture/source-files.ts';
import { hasBrowser } from '../../test/support/browser.ts';
import { castKey } from '../../test/support/ngc-cast.ts';
import { setUpBrowser } from './support/window.ts';

/** Always the same time, so that pictures change only when the page does. */
const NOW = '2030-01-15T12:00:00Z';

const REGISTRAR = castKey('nvcf-registrar');

const REFUSED = '[role=option]:has-text("air-reader"):has-text("missing")';

/** Each picture: its name, its address, a text that shows that the view has been read, and what is clicked before. */
const PICTURES: readonly (readonly [name: string, address: string, shows: string, ...clicks: string[]])[] = [
  ['requests', 'requests', 'Fixed and sent again.', REFUSED, 'text=Fix and send again'],
  ['clock', 'clock', 'takes effect'],
  [
    'identities',
    'identities?make=service&name=ci&services=nvcf&scopes=list_functions,deploy_function&resource=[{"type":"All Functions"}]',
    'createDeployment',
  ],
  ['operations', 'operations?api=nvcf&service=nvcf&operation=createDeployment', 'Try as'],
  ['least-privilege', `identities?api=nvcf&who=${castKey('nvcf-deployer').id}`, 'Not used'],
];

/** Creates a pending edit, and requests of which some are refused. */
async function createSampleWorld(mock: Mock): Promise<void> {
  await mock.clock.set(NOW);
  await mock.clock.freeze();
  const send = async (method: string, path: string, token: string, body?: object) => {
    await mock.clock.advance('2s');
    return fetch(mock.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  await mock.propagation.set({ mode: 'fixed' });
  await mock.keys.edit(REGISTRAR.id, { scopes: ['register_function', 'list_functions'] });
  await mock.propagation.set({ mode: 'off' });
  const researcher = await mock.getToken('researcher@acme.test');
  await send('GET', '/api/v1/org-unit/projects', researcher);
  await send('GET', '/api/v1/administration/access-keys', researcher);
  await send('GET', '/api/v3/simulations/', castKey('air-reader').key);
  await send('POST', '/api/v3/simulations/', castKey('air-reader').key, { name: 'leaf-spine-2' });
  await send('GET', '/v2/nvcf/functions', castKey('nvcf-deployer').key);
  await send('GET', '/v2/nvcf/functions', 'nonsense');
  const created = await send('POST', '/v2/nvcf/functions', REGISTRAR.key, {
    name: 'classify',
    inferenceUrl: '/predict',
    containerImage: 'nvcr.io/acme/classify:1',
  });
  const { id, versionId } = ((await created.json()) as { function: { id: string; versionId: string } }).function;
  await send('POST', `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`, REGISTRAR.key, {
    deploymentSpecifications: [{ gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 }],
  });
}

describe.skipIf(!hasBrowser)('the console', () => {
  const open = setUpBrowser();
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock();
    await createSampleWorld(mock);
  });
  afterAll(() => mock.stop());

  it.for(PICTURES)('has its picture: %s', async ([name, address, shows, ...clicks]) => {
    const page = await open(`${mock.url}/#/${address}`, {
      viewport: { width: 1280, height: 800 },
      colorScheme: 'light',
      // A picture shows the end of every motion.
      reducedMotion: 'reduce',
    });
    for (const click of clicks) await page.locator(click).first().click();
    await page.getByText(shows).locator('visible=true').first().waitFor();
    await page.screenshot({ path: join(ROOT, `docs/images/console-${name}.png`) });
  });
});

/** Recorded traffic, checked through the library. */
import { expect, it } from 'vitest';
import { startMock } from '../../src/index.ts';

it('verifyTraffic reports what no document allows, in the journal or in an archive', async () => {
  await using mock = await startMock();
  const token = await mock.getToken();
  expect(await mock.verifyTraffic()).toMatchObject({ checked: 1, violations: [] });

  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'fine', expiresIn: '1h' });
  await mock.fetch('/api/v1/access-keys', { method: 'POST', headers, body });
  const expected = [{ operation: 'create_access_key1', what: 'the document does not list the field `expiresIn`' }];
  expect((await mock.verifyTraffic()).violations).toMatchObject(expected);
  const archive = await mock.requests.har();
  await mock.reset();
  expect((await mock.verifyTraffic()).checked).toBe(0);
  expect((await mock.verifyTraffic(archive)).violations).toMatchObject(expected);
});

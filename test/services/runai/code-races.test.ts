/** A code that several redeem at once. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { Grants } from '../../../src/services/runai/collections/grants.ts';
import { winnersOfCodes } from '../../support/code-races.ts';
import { hasDriver } from '../../support/driver.ts';
import { it } from '../../support/in-folder.ts';
import { codeFields, codeOf, judged, postForm, REALM_TOKEN } from '../../support/oauth.ts';
import { testServer } from '../../support/server.ts';

it('is won by whoever was first, although the second came before the login had begun', async () => {
  const server = await testServer();
  const code = await codeOf(server);
  const { redeemCode } = Grants.prototype;
  vi.spyOn(Grants.prototype, 'redeemCode').mockImplementationOnce(async function (this: Grants, ...given) {
    const first = await redeemCode.apply(this, given);
    expect(await redeemCode.apply(this, given)).toEqual({ outcome: 'reused' });
    return first;
  });
  const { status, body } = await postForm(server, REALM_TOKEN, codeFields(code));
  const again = await postForm(server, REALM_TOKEN, {
    ...{ grant_type: 'refresh_token', client_id: 'runai-cli', refresh_token: body.refresh_token },
  });

  // As if the second had come a moment later: it ends the login of the first.
  expect([status, await judged(server, body.access_token)]).toEqual([200, [401, 'revoked_token']]);
  expect([again.status, again.decision.reason]).toEqual([400, 'revoked_refresh_token']);
});

it('has exactly one winner in memory', async () => {
  expect(await winnersOfCodes(await testServer(), 3)).toEqual([1, 1, 1]);
});

it.runIf(hasDriver)('has exactly one winner on a file', async ({ folder }) => {
  expect(await winnersOfCodes(await testServer({ data: join(folder, 'mock.db') }), 3)).toEqual([1, 1, 1]);
});

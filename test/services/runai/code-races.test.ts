import { expect, it, vi } from 'vitest';
import { Grants } from '../../../src/services/runai/collections/grants.ts';
import { raceCodes } from '../../support/code-races.ts';
import { codeFields, codeOf, postForm, REALM_TOKEN, sendWithToken } from '../../support/oauth.ts';
import { testServer } from '../../support/server.ts';

it('a code is accepted from the first request, and a second before the login begins revokes the tokens', async () => {
  const server = await testServer();
  const code = await codeOf(server);
  const { redeemCode } = Grants.prototype;
  vi.spyOn(Grants.prototype, 'redeemCode').mockImplementationOnce(async function (this: Grants, ...args) {
    const first = await redeemCode.apply(this, args);
    expect(await redeemCode.apply(this, args)).toEqual({ outcome: 'reused' });
    return first;
  });
  const { status, body } = await postForm(server, REALM_TOKEN, codeFields(code));
  const refreshed = await postForm(server, REALM_TOKEN, {
    grant_type: 'refresh_token',
    client_id: 'runai-cli',
    refresh_token: body.refresh_token,
  });

  // The second request revokes the login of the first, as if it had arrived after the login began.
  expect([status, await sendWithToken(server, body.access_token)]).toEqual([200, [401, 'revoked_token']]);
  expect([refreshed.status, refreshed.decision.reason]).toEqual([400, 'revoked_refresh_token']);
});

it('a code that concurrent requests redeem is accepted exactly once in memory', async () => {
  expect(await raceCodes(await testServer(), 3)).toEqual([1, 1, 1]);
});

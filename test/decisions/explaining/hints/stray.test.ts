import { describe, expect, it } from 'vitest';
import { admin } from '../../../support/cast.ts';
import { hintsOf } from '../../../support/hints.ts';
import { castKey } from '../../../support/ngc-cast.ts';
import { authorizationPath, formOf, shownForm } from '../../../support/oauth.ts';
import { testServer } from '../../../support/server.ts';

const server = await testServer();
const { clientId, clientSecret } = admin.accessKey;
const { key } = castKey('air-reader');
const SECRETS = [clientSecret, key.slice(6)];

const expectStray = (reported: Awaited<ReturnType<typeof hintsOf>>, expected: RegExp) => {
  const { codes, texts } = reported;
  expect(codes).toContain('stray_characters');
  expect(texts[codes.indexOf('stray_characters')]).toMatch(expected);
  for (const secret of SECRETS) expect(texts.join(' ')).not.toContain(secret);
};

describe('stray characters around a key get a hint:', () => {
  it.each([
    ['quotes', `"${key}"`, /has quotes/],
    ['a line break as an escape', `${key}\\n`, /line break/],
    ['a comma', `${key},`, /punctuation/],
    ['an encoded space', `${key}%20`, /space/],
  ])('%s', async (_what, token, expected) => {
    expectStray(await hintsOf(server.call, 'GET /api/v3/simulations/', { token }), expected);
  });
});

describe('stray characters around a secret get a hint:', () => {
  it.each([
    ['a line break', `${clientSecret}\n`, /Field `clientSecret` has a line break at the/],
    ['quotes', `"${clientSecret}"`, /has quotes/],
    ['a space', ` ${clientSecret}`, /space/],
  ])('%s', async (_what, value, expected) => {
    const body = { grantType: 'client_credentials', clientId, clientSecret: value };
    const reported = await hintsOf(server.call, 'POST /api/v1/token', { body });

    expect(reported.answer.decision.reason).toBe('wrong_secret');
    expectStray(reported, expected);
  });

  it('quotes around a password on the login page', async () => {
    const { action, fields } = shownForm((await server.call(`GET ${authorizationPath()}`)).body);
    const value = { ...fields, username: admin.email, password: `'${admin.password}'` };
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const path = action.replace(/^https?:\/\/[^/]+/, '');
    const reported = await hintsOf(server.call, `POST ${path}`, { body: formOf(value), headers });

    expect(reported.answer.decision.reason).toBe('wrong_password');
    expectStray(reported, /Field `password` has quotes/);
  });

  it('the line break of `echo` in a Basic header', async () => {
    const basic = Buffer.from(`${clientId}:${clientSecret}\n`).toString('base64');
    const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` };

    expectStray(
      await hintsOf(server.call, 'POST /api/v2/token', { body: 'grant_type=client_credentials', headers }),
      /decoded value of `Authorization: Basic` has a line break/,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { admin } from '../../../support/cast.ts';
import { hintsOf } from '../../../support/hints.ts';
import { testServer } from '../../../support/server.ts';

const server = await testServer();
const { clientId, clientSecret } = admin.accessKey;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };
const form = `grantType=client_credentials&clientId=${clientId}&clientSecret=${clientSecret}`;
const json = JSON.stringify({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });

describe('a body of the wrong type gets a hint:', () => {
  it.each([
    ['a form instead of JSON', 'POST /api/v1/token', FORM, form, 'form_instead_of_json', /The body is a form/],
    [
      'JSON that is declared as a form',
      'POST /api/v1/token',
      FORM,
      json,
      'form_instead_of_json',
      /`curl -d` sends a form/,
    ],
    [
      'JSON as plain text',
      'POST /api/v1/token',
      { 'content-type': 'text/plain' },
      json,
      'json_without_type',
      /`fetch`/,
    ],
    ['JSON instead of a form', 'POST /api/v2/token', JSON_TYPE, json, 'json_instead_of_form', /operation needs a form/],
  ])('%s', async (_what, request, headers, body, code, expected) => {
    const { codes, texts, answer } = await hintsOf(server.call, request, { headers, body });

    expect(answer.decision).toBeNull();
    expect(codes[0]).toBe(code);
    expect(texts[0]).toMatch(expected);
    expect(texts.join(' ')).not.toContain(clientSecret);
  });
});

it('a type that only ends in `+json` gets no hint about JSON', async () => {
  const headers = { 'content-type': 'image/svg+json' };
  const { codes } = await hintsOf(server.call, 'POST /api/v2/token', { headers, body: '-' });

  expect(codes).toEqual([]);
});

it('invalid JSON gets no such hint', async () => {
  const { codes } = await hintsOf(server.call, 'POST /api/v1/token', { body: '{"grantType":' });

  expect(codes).toEqual([]);
});

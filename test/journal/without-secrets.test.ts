import { describe, expect, it } from 'vitest';
import { type Draft, keptBytes, keptPayload, NO_BODY } from '../../src/journal/entry.ts';
import { SecretsOfDrafts, viewOf } from '../../src/journal/view.ts';
import { toySecrets } from './toy-secrets.ts';

const SECRET = 'MOCKciAppSecret00000000000000001';
const KEY = `nvapi-${'x'.repeat(64)}`;

const secrets = toySecrets([SECRET]);
// One for all tests: what it remembers must not change what it hides.
const hiding = new SecretsOfDrafts(secrets);
const withoutSecrets = (draft: Draft) => hiding.hide(draft);
const draft = (changes: Partial<Draft>): Draft => ({
  ...{ at: 0, world: 'default', service: 'runai', operation: 'grant_token', method: 'POST', url: '/api/v1/token' },
  ...{ status: 200, wouldBe: null, principal: null, reason: null, decision: null },
  ...{ explanation: null, hints: [], fault: null, done: true },
  ...{ durationMs: 1, requestHeaders: 'Host\nmock', requestBody: NO_BODY, responseHeaders: {}, responseBody: NO_BODY },
  ...changes,
});
const bytes = (text: string) => keptBytes(Buffer.from(text).toString('latin1'));
const json = { requestHeaders: 'Content-Type\napplication/json' };
const form = { requestHeaders: 'Content-Type\napplication/x-www-form-urlencoded' };

describe('a request that is written where others read it', () => {
  it.each<[what: string, changes: Partial<Draft>]>([
    ['names of headers', { requestHeaders: `${SECRET}\n1\nX-${KEY}\n2\nX-${SECRET}\n3` }],
    ['headers', { requestHeaders: `Authorization\nBearer ${KEY}\nX-Note\n${KEY}\nCookie\nsession=${SECRET}` }],
    ['its address', { url: `/auth?client_secret=${SECRET}&state=${KEY}#token=${SECRET}` }],
    [
      'JSON',
      { ...json, requestBody: bytes(JSON.stringify({ clientSecret: SECRET, note: KEY, deep: [{ token: SECRET }] })) },
    ],
    ['a form', { ...form, requestBody: bytes(`client_secret=${SECRET}&note=${KEY}&note=b`) }],
    ['a text', { requestBody: bytes(`password: ${SECRET}, and ${KEY}`) }],
    ['JSON that is cut', { ...json, requestBody: { ...bytes(`{"clientSecret":"${SECRET}","more":"`), size: 100_000 } }],
    ['bytes', { requestBody: keptBytes(`\xff\xfe${SECRET}`) }],
    [
      'an answer',
      {
        responseHeaders: { 'content-type': 'application/json', location: `/x?code=${SECRET}` },
        responseBody: keptPayload(JSON.stringify({ accessToken: SECRET })),
      },
    ],
  ])('has no secret of %s, and is shown as before', (_what, changes) => {
    const before = draft(changes);
    const after = withoutSecrets(before);
    expect(JSON.stringify(after)).not.toContain(SECRET);
    expect(JSON.stringify(after)).not.toContain(KEY);
    const shown = (one: Draft) => viewOf({ ...one, id: 's-r1', number: 1, secrets });
    expect(shown(after)).toEqual(shown(before));
    expect(withoutSecrets(after)).toEqual(after);
  });
});

describe('a body that was cut shows no part of a secret at its end,', () => {
  const MOST = 64 * 1024;
  /** So that all but the last letters of the secret are kept. */
  const filled = (begin: string, secret: string, sign = 'a ') => {
    const kept = MOST - begin.length - secret.length + 2;
    return `${begin}${sign.repeat(MOST).slice(-kept)}${secret}, and more`;
  };
  const base64 = Buffer.from(`id:${SECRET}`).toString('base64');
  const escaped = SECRET.replaceAll(/./g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);

  it.each<[what: string, changes: Partial<Draft>, secret: string]>([
    ['of a text', { requestBody: bytes(filled('', SECRET)) }, SECRET],
    ['joined to another word', { requestBody: bytes(filled('', `id_${SECRET}`)) }, SECRET],
    ['joined to a long word', { requestBody: bytes(filled('', SECRET, 'x-')) }, SECRET],
    ['of JSON', { ...json, requestBody: bytes(filled('{"description":"', SECRET)) }, SECRET],
    ['with escapes in it', { ...json, requestBody: bytes(filled('{"description":"', escaped)) }, escaped],
    ['in base64', { ...json, requestBody: bytes(filled('{"description":"', base64)) }, base64],
    ['of a form', { ...form, requestBody: bytes(filled('note=', `&name=${SECRET}`, 'b')) }, SECRET],
    ['of an answer', { responseBody: keptPayload(filled('{"a":"', SECRET)) }, SECRET],
    [
      'with several words',
      { ...json, requestBody: bytes(filled('{"a":"', '","b":"correct horse battery')) },
      'correct',
    ],
  ])('%s', (_what, changes, secret) => {
    const before = draft(changes);
    const after = withoutSecrets(before);
    const shown = JSON.stringify(viewOf({ ...before, id: 's-r1', number: 1, secrets }));

    for (const text of [JSON.stringify(after), shown]) {
      expect(text.includes(JSON.stringify(secret.slice(0, 10)).slice(1, -1))).toBe(false);
      expect(text.length).toBeGreaterThan(MOST - 2000);
    }
    expect(JSON.stringify(viewOf({ ...after, id: 's-r1', number: 1, secrets })) === shown).toBe(true);
  });

  it('and shows all that stands before its last word', () => {
    const text = filled('', SECRET);
    const { request } = viewOf({ ...draft({ requestBody: bytes(text) }), id: 's-r1', number: 1, secrets });
    expect(request.body === text.slice(0, text.indexOf(SECRET))).toBe(true);
  });
});

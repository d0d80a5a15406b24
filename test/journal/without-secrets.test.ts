import { describe, expect, it } from 'vitest';
import { type Draft, storeBody } from '../../src/journal/entry.ts';
import { viewEntry } from '../../src/journal/view.ts';
import { toyDraft } from './toy-draft.ts';
import { toySecrets } from './toy-secrets.ts';

const SECRET = 'MOCKciAppSecret00000000000000001';
const KEY = `nvapi-${'x'.repeat(64)}`;

const secrets = toySecrets([SECRET]);
/** A request, as the control API returns it. */
const viewDraft = (draft: Draft) => viewEntry({ ...draft, id: 's-r1', number: 1, secrets });
const createDraft = (changes: Partial<Draft>): Draft => toyDraft({ requestHeaders: 'Host\nmock', ...changes });
const json = { requestHeaders: 'Content-Type\napplication/json' };
const form = { requestHeaders: 'Content-Type\napplication/x-www-form-urlencoded' };

describe('a recorded request', () => {
  it.each<[label: string, changes: Partial<Draft>]>([
    ['names of headers', { requestHeaders: `X-${KEY}\n2` }],
    ['headers', { requestHeaders: `Authorization\nBearer ${KEY}\nX-Note\n${KEY}\nCookie\nsession=${SECRET}` }],
    ['its URL', { url: `/auth?client_secret=${SECRET}&state=${KEY}#token=${SECRET}` }],
    [
      'JSON',
      {
        ...json,
        requestBody: storeBody(JSON.stringify({ clientSecret: SECRET, note: KEY, deep: [{ token: SECRET }] })),
      },
    ],
    ['a form', { ...form, requestBody: storeBody(`client_secret=${SECRET}&note=${KEY}&note=b`) }],
    ['plain text', { requestBody: storeBody(`password=${SECRET}&a=1, and ${KEY}`) }],
    [
      'truncated JSON',
      { ...json, requestBody: { bytes: Buffer.from(`{"clientSecret":"${SECRET}","more":"`), size: 100_000 } },
    ],
    ['bytes', { requestBody: storeBody(Buffer.from(`\xff\xfe${SECRET}`, 'latin1')) }],
    [
      'a response',
      {
        responseHeaders: { 'content-type': 'application/json', location: `/x?code=${SECRET}` },
        responseBody: storeBody(JSON.stringify({ accessToken: SECRET })),
      },
    ],
  ])('is shown without the secrets of %s', (_what, changes) => {
    const text = JSON.stringify(viewDraft(createDraft(changes)));
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(KEY);
  });
});

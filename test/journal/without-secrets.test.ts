import { describe, expect, it } from 'vitest';
import { type Draft, storeBody } from '../../src/journal/entry.ts';
import { viewEntry, withHiddenBodies } from '../../src/journal/view.ts';
import { toyDraft } from './toy-draft.ts';
import { toySecrets } from './toy-secrets.ts';

const SECRET = 'MOCKciAppSecret00000000000000001';
const KEY = `nvapi-${'x'.repeat(64)}`;

const secrets = toySecrets([SECRET]);
/** A request, as the control API returns it. */
const viewDraft = (draft: Draft) => viewEntry({ ...draft, id: 's-r1', number: 1, secrets });
const createDraft = (changes: Partial<Draft>): Draft => toyDraft({ requestHeaders: 'Host\nmock', ...changes });
const bytes = storeBody;
const json = { requestHeaders: 'Content-Type\napplication/json' };
const form = { requestHeaders: 'Content-Type\napplication/x-www-form-urlencoded' };

describe('a recorded request', () => {
  it.each<[label: string, changes: Partial<Draft>]>([
    ['names of headers', { requestHeaders: `X-${KEY}\n2` }],
    ['headers', { requestHeaders: `Authorization\nBearer ${KEY}\nX-Note\n${KEY}\nCookie\nsession=${SECRET}` }],
    ['its URL', { url: `/auth?client_secret=${SECRET}&state=${KEY}#token=${SECRET}` }],
    [
      'JSON',
      { ...json, requestBody: bytes(JSON.stringify({ clientSecret: SECRET, note: KEY, deep: [{ token: SECRET }] })) },
    ],
    ['a form', { ...form, requestBody: bytes(`client_secret=${SECRET}&note=${KEY}&note=b`) }],
    ['plain text', { requestBody: bytes(`password=${SECRET}&a=1, and ${KEY}`) }],
    ['truncated JSON', { ...json, requestBody: { ...bytes(`{"clientSecret":"${SECRET}","more":"`), size: 100_000 } }],
    ['bytes', { requestBody: storeBody(Buffer.from(`\xff\xfe${SECRET}`, 'latin1')) }],
    [
      'a response',
      {
        responseHeaders: { 'content-type': 'application/json', location: `/x?code=${SECRET}` },
        responseBody: storeBody(JSON.stringify({ accessToken: SECRET })),
      },
    ],
  ])('is shown without the secrets of %s, even after its bodies were read', (_what, changes) => {
    const before = createDraft(changes);
    const after = withHiddenBodies(before, secrets);
    const bodies = [after.requestBody, after.responseBody].map((body) => String(body.bytes));
    for (const text of [JSON.stringify(viewDraft(before)), ...bodies]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(KEY);
    }
    expect(viewDraft(after)).toEqual(viewDraft(before));
    expect(withHiddenBodies(after, secrets)).toBe(after);
  });
});

/** Values that must be hidden, and values that must stay readable. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Draft, NO_BODY, storeBody } from '../../src/journal/entry.ts';
import { createHarEntry } from '../../src/journal/har.ts';
import { viewEntry } from '../../src/journal/view.ts';
import { toyDraft } from './toy-draft.ts';
import { toySecrets } from './toy-secrets.ts';

/** A request; omitted parts are not sent. */
interface Sent {
  readonly label: string;
  readonly url?: string;
  readonly header?: readonly [name: string, value: string];
  readonly json?: unknown;
  readonly form?: string;
  readonly text?: string;
  /** A header of the response. */
  readonly answer?: readonly [name: string, value: string];
}

// The files have this form.
const read = <Case>(file: string) =>
  JSON.parse(readFileSync(new URL(`corpus/${file}.json`, import.meta.url), 'utf8')) as readonly Case[];
const HIDDEN = read<Sent & { readonly secret: string }>('hidden');
const READABLE = read<Sent>('readable');

const secrets = toySecrets(['MOCKciAppSecret00000000000000001', 'hunter-2']);

const TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded', text: 'text/plain' };

function createDraft({ url = '/x', header, json, form, text, answer }: Sent): Draft {
  const type = json === undefined ? (form === undefined ? TYPES.text : TYPES.form) : TYPES.json;
  const body = json === undefined ? (form ?? text) : JSON.stringify(json);
  const lines = ['Content-Type', type, ...(header ?? [])].slice(header?.[0] === 'Content-Type' ? 2 : 0);
  return toyDraft({
    url,
    requestHeaders: lines.join('\n'),
    requestBody: body === undefined ? NO_BODY : storeBody(Buffer.from(body)),
    responseHeaders: answer === undefined ? {} : Object.fromEntries([answer]),
  });
}

const createEntry = (draft: Draft) => ({ ...draft, id: 's-r1', number: 1, secrets });

describe('a secret is hidden in', () => {
  it.each(HIDDEN)('$label', ({ secret, ...sent }) => {
    const entry = createEntry(createDraft(sent));
    const everywhere = JSON.stringify([viewEntry(entry), createHarEntry(viewEntry(entry))]);

    expect(everywhere).not.toContain(secret);
    expect(decodeURIComponent(everywhere.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'))).not.toContain(secret);
    expect(everywhere).toContain('sha256:');
  });
});

describe('a value that is not secret stays readable:', () => {
  it.each(READABLE)('$label', (sent) => {
    const view = viewEntry(createEntry(createDraft(sent)));
    const [path = '', query = ''] = (sent.url ?? '/x').split('?');

    expect(view.request.body).toEqual(
      sent.json ?? sent.text ?? (sent.form === undefined ? null : Object.fromEntries(new URLSearchParams(sent.form))),
    );
    expect(view.path).toBe(path);
    expect(view.query).toEqual(Object.fromEntries(new URLSearchParams(query)));
    if (sent.header !== undefined) expect(view.request.headers[sent.header[0].toLowerCase()]).toBe(sent.header[1]);
  });
});

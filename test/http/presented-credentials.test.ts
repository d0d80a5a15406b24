import { describe, expect, it } from 'vitest';
import { findPresentedCredentials, presentsKey } from '../../src/http/presented-credentials.ts';
import type { Route } from '../../src/http/server.ts';
import { type CredentialExtractor, presentClient, presentGrant } from '../../src/tokens/presented-credential.ts';

const client: CredentialExtractor = (line) =>
  line.startsWith('Client ') ? presentClient(line.slice('Client '.length)) : null;
const grant: CredentialExtractor = (line) =>
  line.startsWith('Grant ') ? presentGrant(line.slice('Grant '.length)) : null;

const credentialFields = { client_id: presentClient, code: presentGrant };
const route = (selects?: 'header' | 'query' | 'body', rule: object | null = {}): Route =>
  ({ rule, row: { selects }, service: { credentials: { fields: credentialFields } } }) as unknown as Route;

const createRequest = (lines: readonly string[], parts: { query?: Record<string, unknown>; body?: unknown } = {}) => ({
  headerLines: () => lines,
  query: {},
  body: undefined,
  ...parts,
});
const findPresented = (target: Route, request: ReturnType<typeof createRequest>) =>
  findPresentedCredentials([client, grant], target, request);

describe('a header', () => {
  it('presents the result of the first extractor that recognizes it', () => {
    expect(findPresented(route(), createRequest(['Client bot']))).toEqual([presentClient('bot')]);
    expect(findPresented(route(), createRequest(['Grant abc']))).toEqual([presentGrant('abc')]);
  });

  it.each([
    ['if it is missing', []],
    ['if it is sent twice', ['Client bot', 'Client bot']],
    ['in an unknown form', ['Other bot']],
    ['if it is longer than any credential', [`Client ${'x'.repeat(16 * 1024 - 6)}`]],
  ])('presents nothing %s', (_what, lines) => {
    expect(findPresented(route(), createRequest(lines))).toEqual([]);
  });

  it('is read up to the longest credential', () => {
    const name = 'x'.repeat(16 * 1024 - 7);

    expect(findPresented(route(), createRequest([`Client ${name}`]))).toEqual([presentClient(name)]);
  });

  it('presents nothing to a public operation without credentials', () => {
    expect(findPresented(route(undefined, null), createRequest(['Client bot']))).toEqual([]);
  });
});

describe('the credential fields', () => {
  const fields = { client_id: 'bot', code: 'abc', state: 'x' };
  const presented = [presentClient('bot'), presentGrant('abc')];

  it('present their values in the selected query or body, after the header', () => {
    expect(findPresented(route('query', null), createRequest(['Client me'], { query: fields }))).toEqual([
      presentClient('me'),
      ...presented,
    ]);
    expect(findPresented(route('body'), createRequest([], { body: fields }))).toEqual(presented);
    expect(findPresented(route('body'), createRequest([], { query: fields }))).toEqual([]);
  });

  it('present nothing to an operation that does not select by them', () => {
    for (const target of [route(), route('header')])
      expect(findPresented(target, createRequest(['Client me'], { query: fields, body: fields }))).toEqual([
        presentClient('me'),
      ]);
  });

  it('present nothing to a service without such fields', () => {
    const { rule, row } = route('body');
    const target = { rule, row, service: {} } as unknown as Route;

    expect(findPresented(target, createRequest([], { body: fields }))).toEqual([]);
    expect(presentsKey(target, { body: fields })).toBe(false);
  });

  it.each([
    ['values that are not strings', { client_id: ['bot'] }],
    ['inherited fields', Object.create(fields)],
    ['a string body', 'client_id=bot'],
    ['a missing body', null],
  ])('present nothing for %s', (_what, body) => {
    expect(findPresented(route('body'), createRequest([], { body }))).toEqual([]);
  });
});

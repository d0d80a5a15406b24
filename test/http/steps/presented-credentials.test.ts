import { describe, expect, it } from 'vitest';
import {
  type CredentialExtractor,
  presentClient,
  presentGrant,
} from '../../../src/credentials/presented-credential.ts';
import type { Route } from '../../../src/http/server.ts';
import { findPresentedCredentials } from '../../../src/http/steps/select-world.ts';

const client: CredentialExtractor = (line) =>
  line.startsWith('Client ') ? presentClient(line.slice('Client '.length)) : null;
const grant: CredentialExtractor = (line) =>
  line.startsWith('Grant ') ? presentGrant(line.slice('Grant '.length)) : null;

const credentialFields = { client_id: presentClient, code: presentGrant };
const route = (selects?: 'query' | 'body', rule: object | null = {}): Route =>
  ({ rule, row: { selects }, service: { credentials: { fields: credentialFields } } }) as unknown as Route;

const sent = (lines: readonly string[], parts: { query?: Record<string, unknown>; body?: unknown } = {}) => ({
  headerLines: () => lines,
  query: {},
  body: undefined,
  ...parts,
});
const found = (where: Route, what: ReturnType<typeof sent>) => findPresentedCredentials([client, grant], where, what);

describe('a header presents', () => {
  it('what the first that sees something in it makes of it', () => {
    expect(found(route(), sent(['Client bot']))).toEqual([presentClient('bot')]);
    expect(found(route(), sent(['Grant abc']))).toEqual([presentGrant('abc')]);
  });

  it.each([
    ['where there is none', []],
    ['where there are two', ['Client bot', 'Client bot']],
    ['where nobody knows its form', ['Other bot']],
    ['where it is longer than any credential', [`Client ${'x'.repeat(16 * 1024)}`]],
  ])('nothing %s', (_what, lines) => {
    expect(found(route(), sent(lines))).toEqual([]);
  });

  it('nothing to a public operation that takes no credentials', () => {
    expect(found(route(undefined, null), sent(['Client bot']))).toEqual([]);
  });
});

describe('the fields of credentials present what they hold', () => {
  const fields = { client_id: 'bot', code: 'abc', state: 'x' };
  const presented = [presentClient('bot'), presentGrant('abc')];

  it('in the query or the body, as the operation says, behind the header', () => {
    expect(found(route('query', null), sent(['Client me'], { query: fields }))).toEqual([
      presentClient('me'),
      ...presented,
    ]);
    expect(found(route('body'), sent([], { body: fields }))).toEqual(presented);
    expect(found(route('body'), sent([], { query: fields }))).toEqual([]);
  });

  it.each([
    ['what is no text', { client_id: ['bot'] }],
    ['what is inherited', Object.create(fields)],
    ['no object', 'client_id=bot'],
    ['nothing', null],
  ])('but not %s', (_what, body) => {
    expect(found(route('body'), sent([], { body }))).toEqual([]);
  });
});

import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { cast, researcher } from './cast.ts';
import { listHints } from './hints.ts';
import type { Answer, TestServer } from './server.ts';

/** Paths of the realm. */
export const ISSUER_PATH = `/auth/realms/${cast.tenant.realm}`;
export const AUTHORIZATION = `${ISSUER_PATH}/protocol/openid-connect/auth`;
export const LOGIN_ACTION = `${ISSUER_PATH}/login-actions/authenticate`;
export const REALM_TOKEN = `${ISSUER_PATH}/protocol/openid-connect/token`;
export const INTROSPECTION = `${REALM_TOKEN}/introspect`;
export const REVOCATION = `${ISSUER_PATH}/protocol/openid-connect/revoke`;
export const USERINFO = `${ISSUER_PATH}/protocol/openid-connect/userinfo`;
export const LOGOUT = `${ISSUER_PATH}/protocol/openid-connect/logout`;
export const V2_TOKEN = '/api/v2/token';

/** A public client for logins, and its redirect URI. */
export const PUBLIC_CLIENT = 'runai-cli';
export const CALLBACK = 'http://127.0.0.1:4711/callback';

/** A code verifier, and its S256 challenge (RFC 7636, 4). */
export const VERIFIER = 'a-code-verifier-of-more-than-43-characters-0123456789';
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
export const S256 = { code_challenge: CHALLENGE, code_challenge_method: 'S256' } as const;

/** Form fields. Undefined fields are left out. */
export type Fields = Readonly<Record<string, string | undefined>>;

/** Encodes a form. A string is already encoded. */
export function formOf(fields: Fields | string): string {
  if (typeof fields === 'string') return fields;
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return String(new URLSearchParams(given));
}

export function postForm(
  server: Pick<TestServer, 'call'>,
  path: string,
  fields: Fields | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const type = 'application/x-www-form-urlencoded';
  return server.call(`POST ${path}`, { body: formOf(fields), headers: { 'content-type': type, ...headers } });
}

/** Returns client credentials as a header (RFC 6749, 2.3.1). */
export function basic(id: string, secret: string): { authorization: string } {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Returns the path of a valid authorization request with changes. */
export function authorizationPath(given: Fields = {}): string {
  const fields = {
    response_type: 'code',
    client_id: PUBLIC_CLIENT,
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: 'a-state',
    ...given,
  };
  return `${AUTHORIZATION}?${formOf(fields)}`;
}

/** The form of a page, as a browser reads it. */
export interface ShownForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

export function shownForm(html: string): ShownForm {
  const [, action = ''] = /<form method="post" action="([^"]*)">/.exec(html) ?? [];
  const inputs = [...html.matchAll(/<input\b([^>]*)>/g)].map(([, attributes = '']) =>
    Object.fromEntries([...attributes.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name, value = '']) => [name, value])),
  );
  const fields = inputs.map(({ name = '', value = '' }) => [unescapeHtml(name), unescapeHtml(value)]);
  return { action: unescapeHtml(action), fields: Object.fromEntries(fields) };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function unescapeHtml(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** The credentials of a user. */
export type Credentials = Readonly<Record<'email' | 'password', string>>;

/** Logs in like a browser: opens the login page, fills in the form and submits it. */
export async function logIn(
  server: Pick<TestServer, 'call'>,
  page: string | URL,
  user: Credentials = researcher,
): Promise<Answer> {
  const { pathname, search } = new URL(page, 'http://localhost:6625');
  const shown = await server.call(`GET ${pathname}${search}`);
  expect(shown.status, String(shown.body)).toBe(200);
  const { action, fields } = shownForm(shown.body);
  return postForm(server, action, { ...fields, username: user.email, password: user.password });
}

/** Returns the redirect URL of a response. */
export function locationOf({ status, headers }: Answer): URL {
  expect(status).toBe(302);
  return new URL(String(headers['location']));
}

/** Returns a code from the login page. */
export async function codeOf(
  server: Pick<TestServer, 'call'>,
  given: Fields = {},
  user: Credentials = researcher,
): Promise<string> {
  const code = locationOf(await logIn(server, authorizationPath(given), user)).searchParams.get('code');
  expect(code).toMatch(/^\w{43}$/);
  return String(code);
}

/** Returns the form that redeems a code of `codeOf`. */
export function codeFields(code: string, given: Fields = {}): Fields {
  return { grant_type: 'authorization_code', code, client_id: PUBLIC_CLIENT, redirect_uri: CALLBACK, ...given };
}

/** The tokens of a login, with the OAuth names. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

/** Returns the tokens of a login through the page. */
export async function tokensOf(
  server: Pick<TestServer, 'call'>,
  given: Fields = {},
  user: Credentials = researcher,
  path = REALM_TOKEN,
): Promise<Tokens> {
  const answer = await postForm(server, path, codeFields(await codeOf(server, given, user)));
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

/** Sends a request that any token may send. Returns the status, and the reason of a refusal. */
export async function sendWithToken(
  server: TestServer,
  token: string,
): Promise<[status: number, reason: string | undefined]> {
  const { status, decision } = await server.call('GET /api/v1/authorization/permissions', { token });
  return [status, decision?.reason];
}

/** Fields with secret values. */
const SECRET_FIELDS = [
  'client_secret',
  'password',
  'code',
  'code_verifier',
  'refresh_token',
  'token',
  'external_token',
  'id_token_hint',
];

/** Expects an error response (RFC 6749, 5.2) without any sent secret, and returns its description. */
export function oauthError(answer: Answer, status: number, error: string, sent: Fields | string = {}): string {
  const { body, headers } = answer;
  expect({ status: answer.status, error: body?.error, said: body }).toMatchObject({ status, error });
  expect(headers['content-type']).toMatch(/^application\/json\b/);
  expect(headers['cache-control']).toBe('no-store');
  const known = ['error', 'error_description', 'error_uri'];
  expect(Object.keys(body).filter((member) => !known.includes(member))).toEqual([]);
  expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  const secrets = [...new URLSearchParams(formOf(sent))].filter(([name]) => SECRET_FIELDS.includes(name));
  for (const [, secret] of secrets) {
    if (secret.length > 7) expect(JSON.stringify(body)).not.toContain(secret);
  }
  return body.error_description;
}

/** Expects the decision about a refusal to have an explanation and a fix, and returns it. */
export async function expectExplained(server: TestServer, { decision }: Answer, reason: string) {
  expect(decision).toMatchObject({ effect: 'deny', reason });
  const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);
  expect(body).toMatchObject({ effect: 'deny', reason, principal: null });
  expect(body.fixes.length).toBeGreaterThan(0);
  return body;
}

const VERSION_CODES = new Set(['other_version', 'path_of_other_version']);

/** Returns the hints about requests of other versions, newest first. */
export async function otherVersions(server: TestServer): Promise<string[]> {
  const hints = await listHints(server);
  return hints.filter(({ code }) => VERSION_CODES.has(code)).map(({ text }) => text);
}

/** The options that libraries pass to `fetch`. */
interface FetchOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Returns a `fetch` that reaches a server in process, whatever its public name. */
export function fetchOf({ app }: TestServer): (url: string, options: FetchOptions) => Promise<Response> {
  return async (url, { method, headers, body }) => {
    const { host, pathname, search } = new URL(url);
    const hasBody = body !== undefined && body !== null;
    const answer = await app.inject({
      method: method as 'GET',
      url: `${pathname}${search}`,
      headers: { ...headers, host },
      ...(hasBody && { payload: String(body) }),
    });
    const lines = Object.entries(answer.headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
    );
    const bodiless = [204, 304].includes(answer.statusCode);
    return new Response(bodiless ? null : new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers: lines,
    });
  };
}

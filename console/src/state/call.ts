import { curlCommand, tokenCommand } from '../../../src/console-entry.ts';
import { adminToken, ask } from '../control-api/client.ts';
import type { Decision, Fix, KeyOrder, RecordedMessage, RecordedRequest } from '../control-api/types.ts';
import type { Identity } from './identities.ts';
import { keyTexts, type Policy, type ShownKey } from './keys.ts';
import { baseUrl } from './ready-made.ts';

/** The sender of a call: `nobody` sends no credential, `other` an unknown one. */
export type Caller =
  | { readonly kind: 'nobody' }
  /** `order` creates a key with the same rights; null: every new world has this key. */
  | { readonly kind: 'key'; readonly name: string; readonly text: string | null; readonly order: KeyOrder | null }
  | { readonly kind: 'principal'; readonly name: string }
  | { readonly kind: 'other' };

/** A request that can be sent or resent. */
export interface Call {
  readonly method: string;
  /** The path with its query, as sent. */
  readonly target: string;
  /** Without credential and connection headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Why the body differs from the one that was sent; null if it does not. */
  readonly lacks: string | null;
}

/** Headers that clients add themselves, and credentials. */
const CLIENT_HEADERS =
  /^(?:host|connection|accept.*|user-agent|content-length|transfer-encoding|authorization|cookie|origin|referer|sec-.*|traceparent|keep-alive|te|expect|dnt|pragma|cache-control|x-mock-.*)$/;

/** The journal's replacement for a secret. */
export const FINGERPRINT = /sha256(?::|%3A)[0-9a-f]{10}/i;

/** Converts a recorded request to a call. */
export function toCall({ method, path, query, request }: RecordedRequest): Call {
  const fields = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  const text = new URLSearchParams(fields).toString();
  const headers = Object.entries(request.headers).filter(([name]) => !CLIENT_HEADERS.test(name));
  const body = bodyOf(request);
  // Always resend to this server, even if the path has a host.
  const local = path.startsWith('/') ? path : `/${path}`;
  return {
    method,
    target: text === '' ? local : `${local}?${text}`,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, [value].flat().join(', ')])),
    body,
    lacks: lackOf(request, `${path} ${text} ${JSON.stringify(headers)} ${body}`),
  };
}

/** Converts the request of a fix to a call. */
export function callOfFix({ method, path, body }: NonNullable<Fix['request']>): Call {
  const headers = { 'content-type': 'application/json' };
  return { method, target: path, headers, body: JSON.stringify(body), lacks: null };
}

/** Restores the body as sent: the journal has JSON and forms as values. Null: no body, or unknown. */
function bodyOf({ body, headers, size }: RecordedMessage): string | null {
  const type = String(headers['content-type']);
  if (body === null) return isNull(size, type) ? 'null' : null;
  if (typeof body === 'string') {
    // A string is either the raw body or the value of a JSON string.
    const isWhole = new TextEncoder().encode(body).length === size;
    return isWhole || !isJson(type) ? body : JSON.stringify(body);
  }
  if (!type.includes('x-www-form-urlencoded')) return JSON.stringify(body);
  const fields = Object.entries(body as object).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, String(value)]),
  );
  return new URLSearchParams(fields).toString();
}

function isJson(type: string): boolean {
  return type.includes('json');
}

/** Whether a null body stands for the JSON value `null`. */
function isNull(size: number | null, type: string): boolean {
  return size === 4 && isJson(type);
}

function lackOf(message: RecordedMessage, text: string): string | null {
  const { headers, body, size, truncated, bodyNotSent = false } = message;
  if (bodyNotSent) return 'The body was never sent: the client waited for `100 Continue` and was refused.';
  if (truncated && body === null) return 'The journal has dropped the body to make room for newer requests.';
  if (truncated) return 'The journal has only the beginning of the body.';
  if (size === null && (Number(headers['content-length']) > 0 || headers['transfer-encoding'] !== undefined)) {
    return 'The journal does not have the body: it was never read.';
  }
  if (body === null && size !== null && size > 0 && !isNull(size, String(headers['content-type']))) {
    return 'The journal does not have the body: it is not text.';
  }
  return FINGERPRINT.test(text) ? 'The journal has fingerprints (`sha256:…`) in place of the secrets.' : null;
}

/**
 * Returns the sender of a recorded request, with the credential if it is known.
 *
 * @param identities all identities of the world
 * @param isEdited whether the key was edited before, so that no new world has it with these rights
 */
export function pickCaller(
  { at, principal, request }: RecordedRequest,
  decision: Decision | null,
  identities: readonly Identity[],
  isEdited = false,
): Caller {
  const { authorization } = request.headers;
  if (authorization === undefined) return { kind: 'nobody' };
  if (principal === null || !String(authorization).startsWith('Bearer ')) return { kind: 'other' };
  const { id, name, kind } = principal;
  if (!kind.endsWith('key')) {
    // A refused token cannot be reproduced: a new one would be accepted.
    return decision?.principal === null ? { kind: 'other' } : { kind: 'principal', name };
  }
  const identity = identities.find((one) => one.id === id);
  return { kind: 'key', name, text: textOf(identity), order: orderOf(identity, decision, at, isEdited) };
}

/** Returns an identity as a caller, with its current rights. */
export function callerOfIdentity(identity: Identity): Caller {
  const { name, key } = identity;
  if (key === undefined) return { kind: 'principal', name };
  return { kind: 'key', name, text: textOf(identity), order: orderOf(identity, null, new Date().toISOString()) };
}

/** Returns the text of a key if it is known. */
function textOf(identity: Identity | undefined): string | null {
  const [credential] = identity?.credentials ?? [];
  return credential?.kind === 'key' ? credential.text : null;
}

/**
 * Returns an order for a key with the same rights; null if every world has this key with these rights.
 *
 * @param at the time of the rights, if no decision has their version
 */
function orderOf(
  identity: Identity | undefined,
  decision: Decision | null,
  at: string,
  isEdited = false,
): KeyOrder | null {
  const key = identity?.key;
  if (key === undefined) return null;
  const version = decision?.policyVersion ?? versionAt(key, at);
  const isOfCast = identity?.credentials.length === 1 && !keyTexts.value.has(key.id);
  if (version <= 1 && isOfCast && !isEdited) return null;
  const { type, name, services, roles } = key;
  const policy = key.history.find((one) => one.version === version) ?? key.policy;
  return { type, name: `${name} again`, services, ...(policy === null ? { roles } : rightsIn(policy)) } as KeyOrder;
}

/** Returns the policy version in effect at a time; 0 for keys without versions. */
function versionAt({ history }: ShownKey, at: string): number {
  const inForce = history.filter(({ effectiveAt }) => Date.parse(effectiveAt) <= Date.parse(at));
  return Math.max(0, ...inForce.map(({ version }) => version));
}

function rightsIn({ scopes, resource }: Policy): Pick<KeyOrder, 'scopes' | 'resource'> {
  return { scopes, ...(resource !== null && resource !== undefined && { resource }) };
}

/** Returns the credential of a caller; null for none. @throws Error if it is unknown */
export async function requestToken(caller: Caller): Promise<string | null> {
  const obstacle = findObstacle(caller);
  if (obstacle !== null) throw new Error(obstacle);
  if (caller.kind === 'key') return caller.text;
  if (caller.kind !== 'principal') return null;
  return (await ask<{ token: string }>('POST', '/_mock/tokens', { for: caller.name })).token;
}

/** Returns why the page cannot send a call as this caller; null if it can. */
export function findObstacle(caller: Caller): string | null {
  if (caller.kind === 'other') return 'The journal keeps no credentials, and the caller is unknown.';
  if (caller.kind === 'key' && caller.text === null) {
    return `The text of the key \`${caller.name}\` is unknown: it was shown only once.`;
  }
  return null;
}

/** Formats a call as shell commands. */
export function toCurl(call: Call, caller: Caller): string {
  const server = { base: baseUrl(), isGuarded: adminToken.value !== null, separator: ' \\\n  ' };
  const token = caller.kind === 'principal' ? `${tokenCommand(caller.name, server)}\n` : '';
  return token + curlCommand(call, server, call.target.startsWith('/_mock/') ? null : findBearer(caller));
}

/** Returns the text of a key, or a variable that the user sets; null for a caller without a credential. */
function findBearer(caller: Caller): string | null {
  if (caller.kind === 'nobody') return null;
  return caller.kind === 'key' && caller.text !== null ? caller.text : '$TOKEN';
}

import { formatCurlCommand, formatTokenCommand, quoteForShell } from '../../../src/console-entry.ts';
import { adminToken, type RecordedMessage, type RecordedRequest } from '../control-api/client.ts';
import type { Caller } from './caller.ts';
import { getBaseUrl } from './client-setup.ts';

export interface Call {
  readonly method: string;
  /** The path with its query, as sent. */
  readonly target: string;
  /** Without credential and connection headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Why the request differs from the one that was sent, as a sentence; null if it does not. */
  readonly problem: string | null;
}

/** Headers that clients add themselves, and credentials. */
const CLIENT_HEADERS =
  /^(?:host|connection|accept.*|user-agent|content-length|transfer-encoding|authorization|cookie|origin|referer|sec-.*|traceparent|keep-alive|te|expect|dnt|pragma|cache-control|x-mock-.*)$/;

/** The end of the journal's outline of a body that is cut or malformed. */
const OUTLINE = / ?\(\d+ bytes, sha256:[0-9a-f]{10}\)$/;

/** The journal's replacement for a secret. */
export const FINGERPRINT = /sha256(?::|%3A)[0-9a-f]{10}/i;

export function toCall({ method, path, query, request }: RecordedRequest): Call {
  const text = encodeFields(query);
  const headers = Object.entries(request.headers).filter(([name]) => !CLIENT_HEADERS.test(name));
  const body = restoreBody(request);
  // Always resend to this server, even if the path has a host.
  const localPath = path.startsWith('/') ? path : `/${path}`;
  return {
    method,
    target: text === '' ? localPath : `${localPath}?${text}`,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, [value].flat().join(', ')])),
    body,
    problem: findProblem(request, `${path} ${text} ${JSON.stringify(headers)} ${body}`),
  };
}

const METHODS_WITH_BODY: readonly string[] = ['POST', 'PUT', 'PATCH'];

/** Creates a call, with a JSON body if its method has one. */
export function createCall(method: string, target: string, body: object = {}): Call {
  return METHODS_WITH_BODY.includes(method)
    ? { method, target, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), problem: null }
    : { method, target, headers: {}, body: null, problem: null };
}

/** Returns the body as it was sent; null if there was none, or if it is unknown. The journal has JSON and forms as values. */
function restoreBody({ body, headers, size }: RecordedMessage): string | null {
  const type = String(headers['content-type']);
  if (body === null) return isJsonNull(size, type) ? 'null' : null;
  if (typeof body === 'string') {
    if (OUTLINE.test(body)) return null;
    // A string is either the raw body or the value of a JSON string.
    const isRaw = new TextEncoder().encode(body).length === size;
    return isRaw || !isJson(type) ? body : JSON.stringify(body);
  }
  if (!type.includes('x-www-form-urlencoded')) return JSON.stringify(body);
  return encodeFields(body as object);
}

/** Encodes fields like a query or a form. A list is sent as several fields with the same name. */
function encodeFields(fields: object): string {
  const pairs = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, String(value)]),
  );
  return new URLSearchParams(pairs).toString();
}

function isJson(type: string): boolean {
  return type.includes('json');
}

/** Returns whether a null body stands for the JSON value `null`. */
function isJsonNull(size: number | null, type: string): boolean {
  return size === 4 && isJson(type);
}

/** Returns why the journal does not have everything that was sent. @param text all recorded parts of the request */
function findProblem(message: RecordedMessage, text: string): string | null {
  const { headers, body, size, truncated, bodyNotSent = false } = message;
  if (bodyNotSent) return 'The body was never sent: the client waited for `100 Continue` and was refused.';
  if (truncated && body === null) return 'The journal has dropped the body to make room for newer requests.';
  if (truncated) return 'The journal has only an outline of the body: it is too long, or did not arrive whole.';
  if (OUTLINE.test(String(body))) return 'The journal has only an outline of the body: it is not well-formed.';
  if (size === null && (Number(headers['content-length']) > 0 || headers['transfer-encoding'] !== undefined)) {
    return 'The journal does not have the body: it was never read.';
  }
  if (body === null && size !== null && size > 0 && !isJsonNull(size, String(headers['content-type']))) {
    return 'The journal does not have the body: it is not text.';
  }
  return FINGERPRINT.test(text) ? 'The journal has fingerprints (`sha256:…`) in place of the secrets.' : null;
}

/** Formats a call as shell commands. They say why they send another request, if they do. */
export function toCurl(call: Call, caller: Caller): string {
  const server = { base: getBaseUrl(), isGuarded: adminToken.value !== null, separator: ' \\\n  ' };
  const token = caller.kind === 'principal' ? `${formatTokenCommand(caller.name, server)}\n` : '';
  const warning = call.problem === null ? '' : `echo ${quoteForShell(call.problem)} >&2\n`;
  const bearer = call.target.startsWith('/_mock/') ? null : findBearer(caller);
  return warning + token + formatCurlCommand(call, server, bearer);
}

/** Returns the text of a key, or a variable that the user sets; null for a caller without a credential. */
function findBearer(caller: Caller): string | null {
  if (caller.kind === 'anonymous') return null;
  return caller.kind === 'key' && caller.text !== null ? caller.text : '$TOKEN';
}

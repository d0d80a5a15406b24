import { addressOf, ask, send } from '../control-api/client.ts';
import type { RecordedMessage, RecordedRequest } from '../control-api/types.ts';
import { readIdentities } from './identities.ts';

/** What the journal writes in place of a secret. */
const FINGERPRINT = /sha256(?::|%3A)[0-9a-f]{10}(?![0-9a-f])/i;

/** What was answered to a request that was sent again, and its id in the journal, if it was found there. */
export interface SentAgain {
  readonly id?: string;
  /** Null if the connection was broken. */
  readonly status: number | null;
}

/**
 * Sends a recorded request again, as its caller and as a new request.
 *
 * @throws Error with a sentence if it cannot be sent: the journal has no secrets, and only the beginning of long bodies
 */
export async function sendAgain(recorded: RecordedRequest): Promise<SentAgain> {
  const { method, path, query, request } = recorded;
  const fields = new URLSearchParams(
    Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value])),
  ).toString();
  const address = fields === '' ? path : `${path}?${fields}`;
  if (FINGERPRINT.test(address)) throw hasSecret('address');
  const body = bodyOf(request);
  if (body !== null && (method === 'GET' || method === 'HEAD')) {
    throw new Error(`A browser cannot send ${method} with a body.`);
  }
  const headers = await headersOf(recorded);
  const trace = newTrace();
  headers.set('traceparent', trace);
  const answer = await fetch(location.origin + addressOf(address), {
    method,
    headers,
    body,
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'manual',
  }).catch(() => null);
  // The browser tells neither the status of a redirect nor that of a broken connection.
  const found = await findByTrace(trace);
  return { ...(found !== null && { id: found.id }), status: found?.status ?? (answer?.status || null) };
}

function hasSecret(where: string): Error {
  return new Error(`Its ${where} has a secret, and the journal does not keep secrets.`);
}

/** The body as it was sent. The journal shows JSON and forms as values. */
function bodyOf({ body, headers, size, truncated }: RecordedMessage): string | null {
  if (truncated) throw new Error('The journal has only the beginning of its body.');
  const { 'content-length': length = '0', 'transfer-encoding': encoding, 'content-type': type = '' } = headers;
  if (size === null && (length !== '0' || encoding !== undefined)) {
    throw new Error('It was answered before its body was read, so the journal does not have it.');
  }
  if (body === null && size !== null && size > 0) {
    if (size === 4 && isJson(type)) return 'null';
    throw new Error('Its body is not text, and the journal does not keep it.');
  }
  if (body === null) return null;
  const text = textOf(body, String(type), size);
  if (FINGERPRINT.test(text)) throw hasSecret('body');
  return text;
}

function isJson(type: string | readonly string[]): boolean {
  return String(type).includes('json');
}

function textOf(body: unknown, type: string, size: number | null): string {
  if (typeof body === 'string') {
    // A text that is no JSON is shown as it was; one that is, as its value.
    const isWhole = new TextEncoder().encode(body).length === size;
    return isWhole || !isJson(type) ? body : JSON.stringify(body);
  }
  if (!type.includes('x-www-form-urlencoded')) return JSON.stringify(body);
  const fields = Object.entries(body as Record<string, string | string[]>);
  return new URLSearchParams(
    fields.flatMap(([name, values]) => [values].flat().map((value) => [name, value])),
  ).toString();
}

/** Its headers, with a credential of its caller in place of the one that the journal does not keep. */
async function headersOf(recorded: RecordedRequest): Promise<Headers> {
  const headers = new Headers();
  for (const [name, values] of Object.entries(recorded.request.headers)) {
    // The world is the one that the page is of. The browser leaves out what it sets itself.
    if (name.startsWith('x-mock-')) continue;
    if (name === 'cookie') throw new Error('It was sent with cookies, which a page cannot send for somebody else.');
    for (const value of [values].flat()) {
      const isSecret = FINGERPRINT.test(value);
      if (isSecret && !(name === 'authorization' && /^Bearer /i.test(value))) throw hasSecret(`header \`${name}\``);
      headers.append(name, isSecret ? `Bearer ${await credentialOf(recorded)}` : value);
    }
  }
  return headers;
}

/** @throws Error if nobody on this page knows a credential of the caller */
async function credentialOf({ principal }: RecordedRequest): Promise<string> {
  if (principal === null) {
    throw new Error('Its credential belongs to nobody here, and the journal does not keep credentials.');
  }
  const { id, name, kind } = principal;
  if (!kind.endsWith('-key')) return (await ask<{ token: string }>('POST', '/_mock/tokens', { for: id })).token;
  const key = (await readIdentities()).find((identity) => identity.id === id);
  const text = key?.credentials.find((credential) => credential.kind === 'key');
  if (text?.kind !== 'key') {
    throw new Error(`The text of the key ${name} was shown only once, to whoever made it.`);
  }
  return text.text;
}

/** A `traceparent` (W3C Trace Context) of a trace of its own, by which the journal can be searched. */
function newTrace(): string {
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, '0'));
  return `00-${digits.slice(0, 16).join('')}-${digits.slice(16).join('')}-01`;
}

async function findByTrace(trace: string): Promise<Pick<RecordedRequest, 'id' | 'status'> | null> {
  const answer = await send('GET', '/_mock/requests?bodies=false&limit=100');
  const { requests } = (await answer.json()) as { requests: readonly RecordedRequest[] };
  return requests.find(({ traceparent }) => traceparent === trace) ?? null;
}

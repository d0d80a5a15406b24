import { parseDocument, readDocument, showValue, timeoutSignal, Unusable } from '../../../src/conformance-entry.ts';

/** The maximum size of a document, in bytes. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The timeout for the whole document, in milliseconds. */
const PATIENCE = 10_000;

/** A document with its name for messages, such as `--spec https://api.example.com/openapi.json`. */
export interface VendorDocument {
  readonly name: string;
  readonly content: unknown;
}

/**
 * Reads a JSON or YAML document.
 *
 * @param place a path, or an http or https URL
 * @throws Unusable if it cannot be read, or is too large
 */
export async function readVendorDocument(place: string, flag: string): Promise<VendorDocument> {
  if (!/^https?:\/\//i.test(place)) {
    return { name: `${flag} ${showValue(place)}`, content: await readDocument(place, flag, '', MAX_BYTES) };
  }
  const url = urlOf(place, flag);
  const name = `${flag} ${showValue(place)}`;
  const { text, isJson } = await download(url, name);
  return { name, content: await parseDocument(text, name, isJson || url.pathname.endsWith('.json')) };
}

function urlOf(place: string, flag: string): URL {
  if (!URL.canParse(place)) throw new Unusable(`${flag} is not a URL. Expected a file, or an http or https URL.`);
  const url = new URL(place);
  if (url.username === '' && url.password === '') return url;
  throw new Unusable(
    `${flag} is a URL with a user name or password, which is not supported. Download the document first.`,
  );
}

async function download(url: URL, name: string): Promise<{ readonly text: string; readonly isJson: boolean }> {
  try {
    const response = await fetch(url, { signal: timeoutSignal(PATIENCE) });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Unusable(`${name} responds with ${response.status}. Expected 200 with an OpenAPI document.`);
    }
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return { text: await textOf(response, name), isJson };
  } catch (cause) {
    if (cause instanceof Unusable) throw cause;
    throw new Unusable(`${name} cannot be read: ${causeOf(cause)}.`, { cause });
  }
}

async function textOf(response: Response, name: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > MAX_BYTES) throw new Unusable(`${name} is larger than ${MAX_BYTES / 1024 / 1024} MB.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** `fetch` hides the reason in `cause`. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no complete response within ${PATIENCE / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

import {
  createTimeoutSignal,
  parseDocument,
  readDocument,
  showValue,
  UserError,
} from '../../../src/conformance-entry.ts';

/** The maximum size of a document. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The timeout for downloading the whole document. */
const TIMEOUT_MS = 10_000;

export interface DocumentContent {
  /** For messages, such as `--spec https://api.example.com/openapi.json`. */
  readonly name: string;
  readonly content: unknown;
}

/**
 * Reads a JSON or YAML document.
 *
 * @param source a path, or an http or https URL
 * @throws UserError if it cannot be read, or is too large
 */
export async function readVendorDocument(source: string, flag: string): Promise<DocumentContent> {
  const name = `${flag} ${showValue(source)}`;
  if (!/^https?:\/\//i.test(source)) return { name, content: await readDocument(source, flag, '', MAX_BYTES) };
  const url = parseUrl(source, flag);
  const { text, isJson } = await download(url, name);
  return { name, content: await parseDocument(text, name, isJson || url.pathname.endsWith('.json')) };
}

function parseUrl(text: string, flag: string): URL {
  if (!URL.canParse(text)) throw new UserError(`${flag} is not a URL. Expected a file, or an http or https URL.`);
  const url = new URL(text);
  if (url.username === '' && url.password === '') return url;
  throw new UserError(
    `${flag} is a URL with a user name or password, which is not supported. Download the document first.`,
  );
}

async function download(url: URL, name: string): Promise<{ readonly text: string; readonly isJson: boolean }> {
  try {
    const response = await fetch(url, { signal: createTimeoutSignal(TIMEOUT_MS) });
    if (!response.ok) {
      await response.body?.cancel();
      throw new UserError(`${name} responds with ${response.status}. Expected 200 with an OpenAPI document.`);
    }
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return { text: await readText(response, name), isJson };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${name} cannot be read: ${describeCause(cause)}.`, { cause });
  }
}

async function readText(response: Response, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new UserError(`${name} is larger than ${MAX_BYTES / 1024 / 1024} MB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Prefers the `cause`: the message of `fetch` is only "fetch failed". */
function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no complete response within ${TIMEOUT_MS / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

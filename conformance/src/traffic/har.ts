import { essenceOf, memberOf, UserError } from '../../../src/conformance-entry.ts';
import type { Exchange, RecordedBody } from './exchange.ts';

/**
 * Reads an HTTP Archive 1.2, as exported by browsers and proxies.
 *
 * @param name the archive's name, for messages
 * @throws UserError if it isn't an archive
 */
export function readHar(text: string, name: string): readonly Exchange[] {
  const lines = findEntryLines(text);
  // Many tools write an archive as a single line.
  const hasLinePerEntry = (lines.at(-1) ?? 1) > 1 && new Set(lines).size === lines.length;
  const placeOf = (index: number) =>
    hasLinePerEntry && index < lines.length ? `${name}:${lines[index]}` : `${name} entry ${index + 1}`;
  return [...exchangesIn(parseArchive(text, name), name, placeOf)];
}

/**
 * Reads the exchanges of a parsed archive, one at a time.
 *
 * @param placeOf returns where an entry was recorded. By default, its id in the journal, or its index
 * @throws UserError if it isn't an archive
 */
export function* exchangesIn(
  archive: unknown,
  name: string,
  placeOf: (index: number, entry: unknown) => string = (index, entry) =>
    textMember(entry, '_id') ?? `entry ${index + 1}`,
): Generator<Exchange> {
  const entries = memberOf(memberOf(archive, 'log'), 'entries');
  if (!Array.isArray(entries)) {
    throw new UserError(`${name} is not an HTTP Archive (HAR): it has no list \`log.entries\`.`);
  }
  for (const [index, entry] of entries.entries()) {
    const place = placeOf(index, entry);
    const exchange = readExchange(entry, place);
    if (exchange === null) {
      throw new UserError(
        `${place} is not an entry of an HTTP Archive: it has no \`request\` with \`method\` and \`url\`.`,
      );
    }
    yield exchange;
  }
}

function parseArchive(text: string, name: string): unknown {
  try {
    // Some tools write a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    // The parser's message quotes the text, which may contain secrets.
    const why = String(cause).replace(/,? (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '');
    throw new UserError(`${name} is not JSON, so it is not an HTTP Archive (HAR): ${why}.`, { cause });
  }
}

/** Returns the exchange of an entry, or null if it isn't one. */
export function readExchange(entry: unknown, place: string): Exchange | null {
  const [request, response] = [memberOf(entry, 'request'), memberOf(entry, 'response')];
  const [method, url] = [memberOf(request, 'method'), memberOf(request, 'url')];
  if (typeof method !== 'string' || typeof url !== 'string') return null;
  const status = memberOf(response, 'status');
  return {
    place,
    method: method.toUpperCase(),
    ...splitUrl(url),
    headers: headersOf(request),
    request: readRequestBody(request),
    // Status 0 means a broken connection.
    response: typeof status === 'number' && status > 0 ? { status, ...readResponseBody(response) } : null,
  };
}

function splitUrl(url: string): Pick<Exchange, 'origin' | 'url'> {
  const [, scheme = '', authority = '', rest = url] = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(url) ?? [];
  const [target = ''] = rest.split('#', 1);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return { origin: `${scheme}${host}`.toLowerCase(), url: target.startsWith('/') ? target : `/${target}` };
}

function readRequestBody(request: unknown): RecordedBody {
  const data = memberOf(request, 'postData');
  const mediaType = essenceOf(textMember(data, 'mimeType') ?? headerOf(request, 'content-type'));
  const text = wholeText(data);
  if (text !== null) return createBody(mediaType, text);
  // Forms can be recorded as a list of fields.
  const fields = memberOf(data, 'params');
  if (Array.isArray(fields) && fields.length > 0)
    return { mediaType, text: fields.length > MAX_FIELDS ? null : encodeForm(fields) };
  const size = memberOf(request, 'bodySize');
  const hasBody = typeof size === 'number' && (size > 0 || (size < 0 && announcesBody(request)));
  return { mediaType, text: hasBody ? null : '' };
}

/** The maximum number of form fields. A larger form counts as not recorded, like a body that is too long. */
const MAX_FIELDS = 10_000;

/** Only the headers reveal the body of a request that was refused before its body was read. */
function announcesBody(request: unknown): boolean {
  const length = headerOf(request, 'content-length') ?? '0';
  return length !== '0' || headerOf(request, 'transfer-encoding') !== null;
}

function encodeForm(fields: readonly unknown[]): string {
  const pairs = fields.map((field): [string, string] => [
    textMember(field, 'name') ?? '',
    textMember(field, 'value') ?? '',
  ]);
  return new URLSearchParams(pairs).toString();
}

function readResponseBody(response: unknown): RecordedBody {
  const content = memberOf(response, 'content');
  const mediaType = essenceOf(headerOf(response, 'content-type') ?? textMember(content, 'mimeType'));
  const text = wholeText(content);
  if (text !== null) return createBody(mediaType, decodeText(text, textMember(content, 'encoding')));
  const size = memberOf(content, 'size');
  return { mediaType, text: typeof size === 'number' && size > 0 ? null : '' };
}

/** Returns the text of a body; null if it is missing, or was truncated by this mock. */
function wholeText(body: unknown): string | null {
  return memberOf(body, '_truncated') === true ? null : textMember(body, 'text');
}

/** The maximum length of a recorded body, because parsing and checking it blocks the event loop. */
const MAX_TEXT_LENGTH = 1024 * 1024;

function createBody(mediaType: string | null, text: string): RecordedBody {
  return { mediaType, text: text.length > MAX_TEXT_LENGTH ? null : text };
}

function decodeText(text: string, encoding: string | null): string {
  return encoding === 'base64' ? Buffer.from(text, 'base64').toString('utf8') : text;
}

function headersOf(request: unknown): Exchange['headers'] {
  const headers = headersIn(request);
  if (headers.length === 0) return null;
  const values = new Map<string, string>();
  for (const header of headers) {
    const name = (textMember(header, 'name') ?? '').toLowerCase();
    const [before, value] = [values.get(name), textMember(header, 'value') ?? ''];
    // Repeated headers are joined as in RFC 9110, section 5.3, and cookies as in RFC 9113, section 8.2.3.
    values.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`);
  }
  return Object.fromEntries(values);
}

function headerOf(message: unknown, name: string): string | null {
  const found = headersIn(message).find((header) => textMember(header, 'name')?.toLowerCase() === name);
  return textMember(found, 'value');
}

/** The maximum number of headers that are read. */
const MAX_HEADERS = 2000;

function headersIn(message: unknown): readonly unknown[] {
  const headers = memberOf(message, 'headers');
  return Array.isArray(headers) ? headers.slice(0, MAX_HEADERS) : [];
}

function textMember(value: unknown, name: string): string | null {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member : null;
}

/** The depth of entries in an archive: below the archive, `log` and `entries`. */
const DEPTH_OF_ENTRIES = 3;

/**
 * Returns the line of each entry in the text of an archive: of each object at that depth in `entries`. Ignores other lists
 * at the same depth, such as `pages`.
 */
function findEntryLines(text: string): readonly number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let start = -1;
  let latestString = '';
  let list = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\n') line += 1;
    else if (start >= 0) {
      if (character === '\\') at += 1;
      else if (character === '"') {
        // Longer texts can't be `entries`.
        latestString = at - start < 20 ? text.slice(start, at) : '';
        start = -1;
      }
    } else if (character === '"') start = at + 1;
    else if (character === '{' || character === '[') {
      if (depth === DEPTH_OF_ENTRIES - 1) list = latestString;
      if (depth === DEPTH_OF_ENTRIES && list === 'entries') lines.push(line);
      depth += 1;
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return lines;
}

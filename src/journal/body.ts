import type { StoredBody } from './entry.ts';
import { hideFields, hideMultipart, hideSecrets, hideText, type KnownSecrets, outlineBody } from './secrets.ts';

type Side = 'request' | 'response';

/** How a body is read. JSON is often sent with the type of a form, or without any. */
type Form = 'json' | 'form' | 'multipart' | 'text';

/** A body, decoded and parsed. */
interface Reading {
  /** Null for invalid UTF-8, and for UTF-16 (zeros). */
  readonly text: string | null;
  readonly form: Form;
  /** The fields of a form, a JSON value, otherwise the text; undefined if it is empty. Includes secrets. */
  readonly value: unknown;
  readonly isJson: boolean;
  /** The body without secrets, and the revision of the secrets that were known. */
  hidden: { readonly value: unknown; readonly revision: number } | null;
}

/** Waiting verifications, checks and lists read the same bodies again. The garbage collector may drop a reading. */
const READINGS = new WeakMap<StoredBody, WeakRef<Reading>>();

/** Decodes and parses a body, at most once while the reading is in use. @param type its content type */
function read(stored: StoredBody, type: string | undefined): Reading {
  const cached = READINGS.get(stored)?.deref();
  if (cached !== undefined) return cached;
  const text = decode(stored);
  const reading = { text, ...parse(text ?? '', type), hidden: null };
  READINGS.set(stored, new WeakRef(reading));
  return reading;
}

/** Returns a stored request body, including its secrets; undefined if it is empty or not text. */
export function readBody(stored: StoredBody, type: string | undefined): unknown {
  return read(stored, type).value;
}

/** Returns why no match can compare a body; null if one can. */
export function findObstacle(stored: StoredBody, type: string | undefined): string | null {
  if (stored.isDropped) return 'body was evicted';
  if (isTruncated(stored)) return 'body cannot be compared: the journal has only its beginning';
  const { text, form, isJson } = read(stored, type);
  if (form === 'multipart') return 'body cannot be compared: it is multipart';
  const isMalformed = form === 'json' && (text ?? '') !== '' && !isJson;
  return isMalformed ? 'body cannot be compared: it is not well-formed JSON' : null;
}

/**
 * Returns a body with fingerprints instead of secrets: JSON and forms as a value, other texts, or an outline; null if it
 * is missing or not text.
 */
export function viewBody(stored: StoredBody, type: string | undefined, secrets: KnownSecrets, side: Side): unknown {
  if (stored.isDropped) return null;
  const reading = read(stored, type);
  const { revision } = secrets;
  if (reading.hidden?.revision !== revision) {
    reading.hidden = { value: hide(reading, stored, type, secrets, side), revision };
  }
  return reading.hidden.value;
}

/** Replaces the secrets in a body with fingerprints. Without the rest of a body, its secrets cannot be told. */
function hide(
  { text, form, value, isJson }: Reading,
  stored: StoredBody,
  type: string | undefined,
  secrets: KnownSecrets,
  side: Side,
): unknown {
  if (text === null || text === '') return null;
  const isCut = isTruncated(stored);
  if (form === 'form') {
    return groupByName(hideFields(new URLSearchParams(text), secrets, isCut ? 'secret' : 'open'));
  }
  if (isJson && !isCut) return hideSecrets(value, secrets);
  if (form === 'text' && (side === 'response' || !isCut)) return hideText(text, secrets);
  const parts = form === 'multipart' && !isCut ? hideMultipart(text, String(type), secrets) : null;
  return parts ?? outlineBody(text, form === 'json', stored.size, secrets);
}

export function isTruncated({ bytes, size, isCut }: StoredBody): boolean {
  if (isCut !== undefined) return isCut;
  return bytes !== null && size !== null && bytes.length < size;
}

/** Parses a body without hiding secrets; see `Reading`. */
export function parseBody(text: string, type: string | undefined): unknown {
  return parse(text, type).value;
}

function parse(text: string, type: string | undefined): Pick<Reading, 'form' | 'value' | 'isJson'> {
  const form = formOf(text, type);
  if (text === '') return { form, value: undefined, isJson: false };
  if (form === 'form') return { form, value: groupByName(new URLSearchParams(text)), isJson: false };
  try {
    return { form, value: JSON.parse(text), isJson: true };
  } catch {
    return { form, value: text, isJson: false };
  }
}

export function isForm(type: string | string[] | undefined): boolean {
  return /^application\/x-www-form-urlencoded/i.test(String(type));
}

function formOf(text: string, type: string | undefined): Form {
  if (/^[^;]*[/+]json\b/i.test(String(type)) || /^\s*[[{]/.test(text)) return 'json';
  if (isForm(type)) return 'form';
  return /^multipart\//i.test(String(type)) ? 'multipart' : 'text';
}

/** A truncated text may end within a character. */
function decode(stored: StoredBody): string | null {
  const { bytes } = stored;
  if (bytes === null) return null;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const text = decoder.decode(bytes, { stream: isTruncated(stored) });
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** Names and values of a query, a form or headers; the values of a repeated name are a list. */
export type Fields = Readonly<Record<string, string | string[]>>;

export function listFields(fields: Fields): readonly (readonly [name: string, value: string])[] {
  return Object.entries(fields).flatMap(([name, values]) => [values].flat().map((value) => [name, value] as const));
}

export function serializeFields(fields: Fields): string {
  return new URLSearchParams(listFields(fields).map(([name, value]): [string, string] => [name, value])).toString();
}

export function groupByName(pairs: Iterable<readonly [name: string, value: string]>): Fields {
  const grouped = new Map<string, string | string[]>();
  for (const [name, value] of pairs) {
    const earlier = grouped.get(name);
    if (Array.isArray(earlier)) earlier.push(value);
    else grouped.set(name, earlier === undefined ? value : [earlier, value]);
  }
  return Object.fromEntries(grouped);
}

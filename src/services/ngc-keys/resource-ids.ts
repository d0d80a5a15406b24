/** Object ids in the vendor's stored policies (`<functionId>/*`) and in the mock (`<functionId>`). */

import { quote } from '../../decisions/explaining/index.ts';
import type { ResourceTypeRow } from '../../decisions/rule.ts';
import { listNames } from '../../lib/nearest.ts';
import { redact } from '../../lib/redact.ts';

/** Counts the parts of an id or of its form: two in `<functionId>/<versionId>`. */
export function countParts(name: string): number {
  return name.split('/').length;
}

/** Strips the `/*` that the vendor appends for a whole object. After a second part, `/*` belongs to the id. */
export function stripWildcard(id: string): string {
  return id.replace(/^([^/]*)\/\*$/, '$1');
}

export function encodeId(id: string): string {
  return id.includes('/') ? id : `${id}/*`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Checks that an id consists of UUIDs, as many as the form (such as `<functionId>/<versionId>`) has parts. */
export function isNameOf(form: string, id: string): boolean {
  const parts = id.split('/');
  return parts.length === countParts(form) && parts.every((part) => UUID.test(part));
}

/** Whether the published code can parse an id: it drops all but `*` or a UUID after the first slash. */
export function isReadable(id: string, { names, encoding }: ResourceTypeRow): boolean {
  if (names === null) return id === encoding.id;
  if (encoding.isBare === true) return isNameOf(names, id);
  const whole = stripWildcard(id);
  return isNameOf(names, whole) && encodeId(whole) === id;
}

/** The vendor's form of ids of a type, such as `<functionId>/*`. */
function formatExpectedId({ names, encoding }: ResourceTypeRow): string {
  if (names === null) return encoding.id ?? '*';
  return encoding.isBare === true ? names : encodeId(names);
}

/** Explains ignored ids: the expected form, and the ids that were probably intended. @param type a type's id */
export function explainIgnoredIds(type: string, ids: readonly string[], types: readonly ResourceTypeRow[]): string {
  const encoding = types.find((row) => row.id === type)?.encoding.type ?? type;
  const rows = types.filter((row) => row.encoding.type === encoding);
  const forms = rows.map((row) => quote([formatExpectedId(row)]));
  const withUuids = rows.some(({ names }) => names !== null) ? ', with UUIDs' : '';
  const intended = showIds(ids.flatMap((id) => findIntendedId(id, rows) ?? []));
  const question = intended === '' ? '' : ` Did you mean ${intended}?`;
  return `ids of type \`${encoding}\` have the form ${forms.join(' or ')}${withUuids}.${question}`;
}

/** Formats ids, which can be any text, for a message. */
export function showIds(ids: readonly string[]): string {
  return listNames(
    '',
    ids.map((id) => redact(id).slice(0, 100)),
  );
}

/** Finds a valid id that differs only in its end: `<functionId>/*` for `<functionId>` and `<functionId>/`. */
function findIntendedId(id: string, rows: readonly ResourceTypeRow[]): string | undefined {
  const parts = id.split('/');
  while (parts.at(-1) === '' || parts.at(-1) === '*') parts.pop();
  const ids = parts.length === 0 ? [] : [parts.join('/')];
  return rows
    .flatMap(({ names, encoding }) =>
      names === null ? (encoding.id ?? []) : ids.flatMap((candidate) => [candidate, encodeId(candidate)]),
    )
    .find((candidate) => rows.some((row) => isReadable(candidate, row)));
}

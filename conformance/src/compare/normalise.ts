import { redact } from '../../../src/conformance-entry.ts';

/** Only the beginning of a longer text is compared. */
const MAX_CHARACTERS = 2000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,253}/g, '<e-mail>'],
  [/\bhttps?:\/\/[\w.:[\]-]{1,260}/g, '<host>'],
  [/\b(?:1[0-9]{9}|1[0-9]{12})\b/g, '<time>'],
  [/(?<![\w-])[A-Za-z0-9_-]{32,}(?![\w-])/g, '<secret>'],
  // Client ids, MongoDB and similar ids, and ULIDs. A number counts as an id only in a member with an id's name.
  [/(?<![A-Za-z0-9])(?=\d{0,30}[a-f])(?=[a-f]{0,30}\d)[0-9a-f]{12,31}(?![A-Za-z0-9])/gi, '<id>'],
  [/(?<![A-Za-z0-9])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![A-Za-z0-9])/g, '<id>'],
];

/** Names of members that always contain secrets. */
const SECRET_NAME = /secret|password|private_?key|token|apikey|authorization|cookie|^value$/i;

/** Names of members that always contain ids. */
const ID_NAME = /^(?:id|ids|uid|uuid|guid|sub|sid|jti|kid|azp)$|(?:[a-z0-9](?:I[dD]|Uuid|UUID)|[_-](?:id|uuid))s?$/;

/** Whether the value of a member must never be printed. `tokenType` and similar members are not secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !/type|expir|count/i.test(name);
}

/** Whether the value of a member is an id, unless the document lists its values. */
export function isIdName(name: string): boolean {
  return ID_NAME.test(name);
}

/** Whether a text is a UUID (RFC 9562). */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Returns the form of a generated id; null for a chosen one, such as a name. */
export function idFormOf(value: unknown): string | null {
  const text = String(value);
  const [, prefix = ''] = /^([a-z]{1,10}[_-])(?=[0-9a-f-]{8,}$)/.exec(text) ?? [];
  const form = unprefixedFormOf(text.slice(prefix.length));
  return form === null ? null : `<${prefix}id: ${form}>`;
}

function unprefixedFormOf(text: string): string | null {
  if (isUuid(text)) return 'UUID';
  if (/^\d+$/.test(text)) return 'number';
  return /^[0-9a-f]{12,}$/i.test(text) ? `${text.length} hex digits` : null;
}

/**
 * Replaces account-specific values with placeholders: ids, times, e-mail addresses, hosts and secrets.
 *
 * @param secrets credentials of this comparison, which must not appear in a report
 * @param ids of objects in the path of the request, which may appear in the response
 */
export function normalise(text: string, secrets: readonly string[] = [], ids: readonly string[] = []): string {
  let result = text.slice(0, MAX_CHARACTERS);
  for (const secret of secrets) if (secret !== '') result = result.replaceAll(secret, '<secret>');
  result = redact(result);
  for (const id of ids) result = replaceWord(result, id);
  for (const [form, placeholder] of FORMS) result = result.replace(form, placeholder);
  return result.replace(/eyJ\.\.\.|nvapi-\.\.\.|\(code\)/g, '<secret>');
}

/** Replaces a whole word with `<id>`. */
function replaceWord(text: string, word: string): string {
  if (!text.includes(word)) return text;
  return text.replace(new RegExp(`(?<![\\w-])${word.replace(/[^\w-]/g, '\\$&')}(?![\\w-])`, 'g'), '<id>');
}

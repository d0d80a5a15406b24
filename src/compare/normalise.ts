import { redact } from '../core/redact.ts';

/** Longer texts are compared by their beginning. */
const MOST_CHARACTERS = 2000;

const FORMS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,253}/g, '<e-mail>'],
  [/\bhttps?:\/\/[\w.:[\]-]{1,260}/g, '<host>'],
  [/\b(?:1[0-9]{9}|1[0-9]{12})\b/g, '<time>'],
  [/(?<![\w-])[A-Za-z0-9_-]{32,}(?![\w-])/g, '<secret>'],
];

/** Names of members whose values are secrets, whatever they look like. */
const SECRET_NAME = /secret|password|token|apikey|authorization|cookie|^value$/i;

/** Is the member's value never shown? `tokenType` and the like are none. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !/type|expir|count/i.test(name);
}

/**
 * Replaces what differs between two accounts by placeholders: ids, times, e-mail addresses, hosts and secrets.
 *
 * @param secrets credentials of this comparison, which no report shows
 */
export function normalise(text: string, secrets: readonly string[] = []): string {
  let told = text.slice(0, MOST_CHARACTERS);
  for (const secret of secrets) if (secret !== '') told = told.replaceAll(secret, '<secret>');
  told = redact(told);
  for (const [form, placeholder] of FORMS) told = told.replace(form, placeholder);
  return told.replace(/eyJ\.\.\.|nvapi-\.\.\.|\(code\)/g, '<secret>');
}

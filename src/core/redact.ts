/**
 * Texts that are credentials wherever they stand: keys of NGC, and JWTs (RFC 7519). Both are looked for only where their
 * beginning is, so a text without costs next to nothing.
 */
const CREDENTIALS: readonly { readonly begins: string; readonly form: RegExp; readonly shown: string }[] = [
  { begins: 'nvapi-', form: /nvapi-[A-Za-z0-9_-]+/g, shown: 'nvapi-...' },
  { begins: 'eyJ', form: /eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]*/g, shown: 'eyJ...' },
];

/** A text for the log, a decision or a finding: without the credentials that its sender put where they do not belong. */
export function redacted(text: string): string {
  return CREDENTIALS.reduce(
    (told, { begins, form, shown }) => (told.includes(begins) ? told.replace(form, shown) : told),
    text,
  );
}

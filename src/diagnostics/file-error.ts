import { own } from '../objects/members.ts';

const READING: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission was denied',
  EISDIR: 'it is a folder',
  NOT_A_FILE: 'it is not a file',
  // The system cannot open sockets.
  ENXIO: 'it is not a file',
};

const WRITING: Readonly<Record<string, string>> = {
  ...READING,
  ENOENT: 'its folder does not exist',
  ENOSPC: 'its disk is full',
  EROFS: 'its disk is read-only',
};

/** Explains why a file cannot be read, without its path, which Node's messages repeat. */
export function explainUnreadable(cause: unknown): string {
  return findReason(cause, READING);
}

/** Explains why a file cannot be written, without its path. */
export function explainUnwritable(cause: unknown): string {
  return findReason(cause, WRITING);
}

function findReason(cause: unknown, reasons: Readonly<Record<string, string>>): string {
  const { code = 'of an unknown error' }: { readonly code?: unknown } = Object(cause);
  return own(reasons, String(code)) ?? String(code);
}

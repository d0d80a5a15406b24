import { own } from './members.ts';

/** An error that the user can fix; the message says how. The command prints it, and exits with code 2. */
export class UserError extends Error {
  // Part of the library's API: programs recognise the error by this name, because the class is not exported.
  override readonly name = 'Unusable';
}

/** Returns the message of anything that was thrown, because JavaScript can throw any value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const READ_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission was denied',
  EISDIR: 'it is a folder',
  NOT_A_FILE: 'it is not a file',
  UTF_16: 'it is UTF-16, save it as UTF-8',
  // The path of a socket, which cannot be opened as a file.
  ENXIO: 'it is not a file',
};

const WRITE_REASONS: Readonly<Record<string, string>> = {
  ...READ_REASONS,
  ENOENT: 'its folder does not exist',
  ENOSPC: 'its disk is full',
  EROFS: 'its disk is read-only',
};

/** Explains why a file cannot be read, without its path, which Node's messages repeat. */
export function explainUnreadable(cause: unknown): string {
  return findReason(cause, READ_REASONS);
}

/** Explains why a file cannot be written, without its path. */
export function explainUnwritable(cause: unknown): string {
  return findReason(cause, WRITE_REASONS);
}

function findReason(cause: unknown, reasons: Readonly<Record<string, string>>): string {
  const { code = 'of an unknown error' }: { readonly code?: unknown } = Object(cause);
  return own(reasons, String(code)) ?? String(code);
}

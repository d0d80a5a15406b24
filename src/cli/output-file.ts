import { appendFile, writeFile } from 'node:fs/promises';
import { explainUnwritable, UserError } from '../lib/errors.ts';
import { showValue } from '../lib/redact.ts';

/** Writes a file given by a flag. @throws UserError if it cannot be written */
export async function writeOutput(flag: string, file: string, text: string): Promise<void> {
  checkOutputName(flag, file);
  await rejectUnwritable(flag, file, writeFile(file, text));
}

/** Checks that a file can be written, for commands that take long before they write it. @throws UserError if it cannot */
export async function checkOutput(flag: string, file: string): Promise<void> {
  checkOutputName(flag, file);
  await rejectUnwritable(flag, file, appendFile(file, ''));
}

/** @throws UserError if the name of the file looks like a URL, because messages with it could show a password */
export function checkOutputName(flag: string, file: string): void {
  if (showValue(file) === file) return;
  throw new UserError(`${flag} looks like a URL, or contains a credential. Use the path of a file.`);
}

/** Waits until a file is written. @throws UserError with the reason if it cannot be written */
async function rejectUnwritable(flag: string, file: string, write: Promise<void>): Promise<void> {
  await write.catch((cause: unknown) => {
    throw new UserError(
      `${flag} ${showValue(file)} cannot be written: ${explainUnwritable(cause)}. Use a path in an existing, writable folder.`,
      { cause },
    );
  });
}

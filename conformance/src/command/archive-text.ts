import { explainUnreadable, readTextFile, showValue, UserError } from '../../../src/conformance-entry.ts';

/** The maximum size of an archive, because the text and its values must fit in memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads the text of an HTTP Archive. @throws UserError if it cannot be read, or is too large */
export async function archiveText(file: string, flag: string): Promise<string> {
  const name = `${flag} ${showValue(file)}`;
  const text = await readTextFile(file, { max: MAX_BYTES }).catch((cause: unknown) => {
    throw new UserError(`${name} cannot be read: ${explainUnreadable(cause)}.`, { cause });
  });
  if (text.length <= MAX_BYTES) return text;
  throw new UserError(
    `${name} has more than ${MAX_BYTES / 1024 / 1024} MB. Export fewer requests, or leave out response bodies that are not JSON.`,
  );
}

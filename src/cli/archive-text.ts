import { readFile, stat } from 'node:fs/promises';
import { whyUnreadable } from '../core/file-fault.ts';
import { showValue } from '../core/redact.ts';
import { Unusable } from '../core/unusable.ts';

/** Larger archives are not read: the text and its values must fit into memory. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The text of an HTTP Archive. @throws Unusable if it cannot be read, or is too large */
export async function archiveText(file: string, flag: string): Promise<string> {
  const name = `${flag} ${showValue(file)}`;
  try {
    const { size } = await stat(file);
    if (size <= MOST_BYTES) return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Unusable(`${name} cannot be read: ${whyUnreadable(cause)}.`, { cause });
  }
  throw new Unusable(
    `${name} has more than ${MOST_BYTES / 1024 / 1024} MB. Export fewer requests, or leave out the content of answers that are not JSON.`,
  );
}

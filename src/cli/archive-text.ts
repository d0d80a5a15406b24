import { readFile, stat } from 'node:fs/promises';
import { Unusable } from '../core/unusable.ts';

/** Larger archives are not read: the text and its values must fit into memory. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The text of an HTTP Archive. @throws Unusable if it cannot be read, or is too large */
export async function archiveText(file: string, flag: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= MOST_BYTES) return await readFile(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Unusable(`${flag} ${file} cannot be read: ${why}.`, { cause });
  }
  throw new Unusable(
    `${flag} ${file} has more than ${MOST_BYTES / 1024 / 1024} MB. Export fewer requests, or leave out the content of answers that are not JSON.`,
  );
}

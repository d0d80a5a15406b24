import { writeFile } from 'node:fs/promises';
import { whyUnwritable } from '../core/file-fault.ts';
import { showValue } from '../core/redact.ts';
import { Unusable } from '../core/unusable.ts';

/** Writes a file that a flag names. @throws Unusable if it cannot be written */
export async function writeOutput(flag: string, file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: unknown) => {
    throw new Unusable(
      `${flag} ${showValue(file)} cannot be written: ${whyUnwritable(cause)}. Give a path in a folder that exists and is writable.`,
      { cause },
    );
  });
}

import { access, rename, rm, writeFile } from 'node:fs/promises';
import {
  checkOutputName,
  explainUnwritable,
  readDocument,
  showValue,
  UserError,
} from '../../../src/conformance-entry.ts';
import { type Baseline, readBaseline } from '../verify/baseline.ts';

/** @param isUpdate allows a missing file. @returns null for a missing file */
export async function readBaselineFile(file: string, isUpdate: boolean): Promise<Baseline | null> {
  if (isUpdate && !(await exists(file))) return null;
  return readBaseline(await readDocument(file, '--baseline'), `--baseline ${showValue(file)}`);
}

/** Replaces the file atomically. */
export async function writeBaselineFile(file: string, baseline: Baseline): Promise<void> {
  checkOutputName('--baseline', file);
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, `${JSON.stringify(baseline, null, 2)}\n`);
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new UserError(`--baseline ${showValue(file)} cannot be written: ${explainUnwritable(cause)}.`, { cause });
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

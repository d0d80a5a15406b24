// @ts-check
/** The comparison of documents, for scripts. */
import { fromSource } from '../../scripts/from-source.mjs';

/** @type {typeof import('./comparison.ts')} */
export const { compareDocuments, formatDifferences, applyBaseline, readBaseline, parseOpenApi, UserError } =
  await fromSource(new URL('comparison.ts', import.meta.url));

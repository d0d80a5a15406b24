/** Scripts bundle this file, because not every Node that builds can run TypeScript: `comparison.mjs`. */
export { UserError } from '../../src/conformance-entry.ts';
export { applyBaseline, readBaseline } from '../src/verify/baseline.ts';
export { compareDocuments } from '../src/verify/documents.ts';
export { parseOpenApi } from '../src/verify/open-api.ts';
export { formatDifferences } from '../src/verify/report.ts';

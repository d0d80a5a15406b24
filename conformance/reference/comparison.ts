/** Scripts bundle this file, because not every Node that builds can run TypeScript: `comparison.mjs`. */
export { Unusable } from '../../src/conformance-entry.ts';
export { judge, readBaseline } from '../src/verify/baseline.ts';
export { compareDocuments } from '../src/verify/documents.ts';
export { groupsOf } from '../src/verify/report.ts';
export { createSource } from '../src/verify/source.ts';

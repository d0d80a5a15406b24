/** What an import needs of `verify`. */
export { judge, readBaseline } from '../../src/verify/baseline.ts';
export { compareDocuments } from '../../src/verify/documents.ts';
export { groupsOf } from '../../src/verify/report.ts';
export { sourceOf } from '../../src/verify/source.ts';

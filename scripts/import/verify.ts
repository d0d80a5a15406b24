/** What an import needs of `verify`. */
export { judge, readBaseline } from '../../src/conformance/verify/baseline.ts';
export { compareDocuments } from '../../src/conformance/verify/documents.ts';
export { groupsOf } from '../../src/conformance/verify/report.ts';
export { sourceOf } from '../../src/conformance/verify/source.ts';

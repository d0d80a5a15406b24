/** What other folders may import: decisions as sentences, headers and fixes, validation errors, least rights. */

export { describeDecision, type FindFixes, type Fix, findFixes, type RightsFixes } from './fixes.ts';
export { describeNeeds, type Needs } from './needs.ts';
export { createDecisionHeader, describeLack, explain, namePrincipal, quote } from './sentence.ts';
export {
  describeRequestError,
  findValueError,
  type TypeNames,
  type Violation,
} from './validation.ts';
export { selectViolations } from './violation-selection.ts';

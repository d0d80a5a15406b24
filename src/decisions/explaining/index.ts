/**
 * What other folders may import from this one: decisions as sentences, headers and fixes, validation errors as sentences,
 * and the rights that operations need.
 */

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

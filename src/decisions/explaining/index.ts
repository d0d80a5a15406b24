/**
 * What other folders may import from this one: decisions as sentences, headers and fixes, validation errors as sentences,
 * and the rights that operations need.
 */
export { describeDecision } from './describe.ts';
export { type FindFixes, type Fix, findFixes, type RightsFixes } from './fixes.ts';
export { createDecisionHeader } from './header.ts';
export { describeNeeds, type Needs } from './needs.ts';
export { describeLack, explain, namePrincipal, quote } from './sentence.ts';
export {
  describeRequestError,
  findValueError,
  type TypeNames,
  type Violation,
} from './validation.ts';
export { selectViolations } from './violation-selection.ts';

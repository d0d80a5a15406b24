/**
 * The single entry to explanations: a decision as a sentence, as fixes or as a header, and a validation fault as a
 * sentence.
 */
export { describeDecision } from './describe.ts';
export { type FindFixes, type Fix, findFixes, REASONS_OF_RIGHTS, type RightsFixes } from './fixes.ts';
export { decisionHeader } from './header.ts';
export { labelOfType, labelsOfResources } from './labels.ts';
export { describeLack, explain, namePrincipal, quote } from './sentence.ts';
export { tellingViolations } from './telling-violation.ts';
export { describeRequestFault, type TypeWords, type Violation, valueFaultOf } from './validation.ts';

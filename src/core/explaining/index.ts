/** The one entry to explaining: a decision as a sentence, as fixes, as a header; a fault of validation as a sentence. */
export { describeDecision } from './describe.ts';
export { type FindFixes, type Fix, findFixes, REASONS_OF_RIGHTS, type RightsFixes } from './fixes.ts';
export { decisionHeader } from './header.ts';
export { labelOfType, labelsOfResources } from './labels.ts';
export { describeLack, explain, namePrincipal, quote } from './sentence.ts';
export { describeRequestFault, type TypeWords, type Violation, valueFaultOf } from './validation.ts';

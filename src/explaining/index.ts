/**
 * Entry point for explanations: decisions as sentences, fixes or headers, validation faults as sentences, and the needs
 * of operations.
 */
export { describeDecision } from './describe.ts';
export { type FindFixes, type Fix, findFixes, type RightsFixes } from './fixes.ts';
export { decisionHeader } from './header.ts';
export { describeNeeds, type Evidence as Ground, type Needs } from './needs.ts';
export { describeLack, explain, namePrincipal, quote } from './sentence.ts';
export { tellingViolations } from './telling-violation.ts';
export { describeRequestFault, findValueFault, type TypeWords, type Violation } from './validation.ts';

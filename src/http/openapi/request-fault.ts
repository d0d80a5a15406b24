import { describeRequestFault, tellingViolations, type Violation, valueFaultOf } from '../../core/explaining/index.ts';
import { findNear } from '../../core/nearest.ts';
import { own } from '../../core/own.ts';

/** What is wrong with a request, and which other versions would accept it. */
export interface RequestFault {
  readonly sentence: string;
  readonly otherVersions: readonly string[];
}

/** @param violations as ajv lists them */
export function requestFaultOf(violations: readonly [Violation, ...Violation[]]): RequestFault {
  const [{ keyword, parentSchema, data: sent }] = violations;
  const values = keyword === 'enum' ? parentSchema?.['x-other-versions'] : undefined;
  // Anything else cannot be a name to look up, and an object may not even convert to a string.
  const otherVersions = typeof sent === 'string' || typeof sent === 'number' ? own(values, String(sent)) : undefined;
  const fault = valueFaultOf(tellingViolations(violations));
  const near = findNear(fault.given ?? '', fault.valid ?? []);
  return { sentence: describeRequestFault(fault, near), otherVersions: otherVersions ?? [] };
}

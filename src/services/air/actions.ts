import { tableOf } from '../../definitions/sections.ts';
import type { AirResource, AirRule } from './tables/index.ts';

/** One operation of a resource, and its rule. */
export interface AirOperation extends AirRule {
  readonly id: string;
  readonly action: string;
}

/** The name of the lookup that finds the object of an operation. */
export function lookupNameOf(
  { name, target = name }: AirResource,
  { orOperators }: Pick<AirRule, 'orOperators'>,
): string {
  return orOperators === true ? `${target} of operators` : target;
}

/** The operations of all sections of a resource. */
export function operationsOf({ name, operations }: AirResource): AirOperation[] {
  return tableOf('action', operations).map((operation) => ({ ...operation, id: `${name}_${operation.action}` }));
}

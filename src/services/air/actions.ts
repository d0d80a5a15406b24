import { layOut } from '../../contract/sections.ts';
import type { AirResource, AirRule } from './tables/index.ts';

/** An operation of a resource, with its rule. */
export interface AirOperation extends AirRule {
  readonly id: string;
  readonly action: string;
}

/** Returns the name of the look-up for an operation's object. */
export function lookupNameOf(
  { name, target = name }: AirResource,
  { orOperators }: Pick<AirRule, 'orOperators'>,
): string {
  return orOperators === true ? `${target} of operators` : target;
}

export function listOperations({ name, operations }: AirResource): AirOperation[] {
  return layOut('action', operations).map((operation) => ({ ...operation, id: `${name}_${operation.action}` }));
}

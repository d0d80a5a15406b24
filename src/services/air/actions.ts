import { layOut } from '../../contract/sections.ts';
import type { AirResource, AirRule } from './tables/index.ts';

export interface AirOperation extends AirRule {
  readonly id: string;
  readonly action: string;
}

export function lookupNameOf({ name, target = name }: AirResource, { orOperators }: AirOperation): string {
  return orOperators === true ? `${target} of operators` : target;
}

export function listOperations({ name, operations }: AirResource): AirOperation[] {
  return layOut('action', operations).map((operation) => ({ ...operation, id: `${name}_${operation.action}` }));
}

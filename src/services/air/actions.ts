import { tableOf } from '../../core/sections.ts';
import type { AirResource, AirRule } from './tables/index.ts';

/** One operation of a resource, and its rule. */
export interface AirOperation extends AirRule {
  readonly id: string;
  /** What it does. */
  readonly action: string;
}

/** All operations of a resource as a flat list. */
export function operationsOf({ name, operations }: AirResource): AirOperation[] {
  return tableOf('action', operations).map((operation) => ({ ...operation, id: `${name}_${operation.action}` }));
}

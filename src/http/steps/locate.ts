import type { InFlight, Route } from '../in-flight.ts';

/** Which object does the path name? */
export function locate({ operation }: Route, { context }: Pick<InFlight, 'context'>): void {
  // UUIDs are found regardless of case.
  for (const name of operation.uuidParams) context.params[name] = (context.params[name] ?? '').toLowerCase();
}

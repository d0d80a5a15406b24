import type { InFlight, Route } from '../in-flight.ts';
import { unknownPath } from '../unknown-path.ts';

/** Which object does the path name? */
export function locate({ operation }: Route, { raw, context }: Pick<InFlight, 'raw' | 'context'>): void {
  if (operation.pathParams.some((name) => context.params[name] === '')) throw unknownPath(raw);
  // UUIDs are found regardless of case.
  for (const name of operation.uuidParams) context.params[name] = (context.params[name] ?? '').toLowerCase();
}

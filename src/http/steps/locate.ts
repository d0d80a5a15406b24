import type { InFlight, Route } from '../in-flight.ts';
import { unknownPath } from '../unknown-path.ts';

/** Which object, by its path? */
export function locate({ operation }: Route, { raw, context }: Pick<InFlight, 'raw' | 'context'>): void {
  if (operation.pathParams.some((name) => context.params[name] === '')) throw unknownPath(raw);
  // UUIDs are found whatever case they are written in.
  for (const name of operation.uuidParams) context.params[name] = (context.params[name] ?? '').toLowerCase();
}

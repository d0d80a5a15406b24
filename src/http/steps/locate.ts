import type { InFlightRequest, Route } from '../flight.ts';

/** Normalizes the ids in the path. */
export function locate({ operation }: Route, { context }: Pick<InFlightRequest, 'context'>): void {
  // UUIDs are case-insensitive on input (RFC 9562, 4).
  for (const name of operation.uuidParams) context.params[name] = (context.params[name] ?? '').toLowerCase();
}

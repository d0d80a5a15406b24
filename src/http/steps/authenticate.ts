import type { InFlightRequest } from '../in-flight.ts';

/** Identifies the caller. */
export function authenticate({ route, context, authentication }: InFlightRequest): Promise<void> | undefined {
  if (route.rule === null) return undefined;
  return (authentication ?? route.service.authenticate(context)).then((caller) => {
    context.caller = caller;
  });
}

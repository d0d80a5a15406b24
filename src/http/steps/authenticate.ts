import type { InFlightRequest } from '../flight.ts';

/** Identifies the caller. */
export async function authenticate({ route, context, authentication }: InFlightRequest): Promise<void> {
  if (route.rule !== null) context.caller = await (authentication ?? route.service.authenticate(context));
}
